//! Decides, once for a sweep, by which way its pods are reached.

use std::time::Duration;

use kube::Client;
use tokio::net::TcpStream;
use tokio::time;

use super::route;
use super::route::Endpoint;
use super::route::Way;
use super::trouble::Trouble;

/// How pods are to be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Via {
    /// By the first way that works: inside the cluster the pod's address, then a forwarded port, then the API
    /// server's proxy.
    #[default]
    Auto,
    /// Through a port that the API server forwards.
    Portforward,
    /// Through the API server's proxy.
    ApiProxy,
    /// To the pod's address.
    Direct,
}

/// A way is tried on so many pods: the first may just be gone.
const SAMPLES: usize = 3;

/// How long one try may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// The way that was taken, and why.
pub(super) struct Choice {
    pub(super) way: Way,
    /// For a reader; `None` where the user chose.
    pub(super) why: Option<String>,
}

impl Via {
    /// The way that is taken where nothing can be tried.
    pub(super) fn first(self, inside: bool) -> Way {
        match self {
            Self::ApiProxy => Way::ApiProxy,
            Self::Direct => Way::Direct,
            Self::Auto if inside => Way::Direct,
            Self::Auto | Self::Portforward => Way::Portforward,
        }
    }

    /// Tries ways on some of `endpoints`, where the user leaves it to us.
    pub(super) async fn choose(
        self,
        client: &Client,
        endpoints: &[Endpoint],
        inside: bool,
    ) -> Choice {
        if self != Self::Auto || endpoints.is_empty() {
            return Choice {
                way: self.first(inside),
                why: None,
            };
        }
        let mut why = String::new();
        if inside {
            match reach(endpoints).await {
                Ok(()) => {
                    return Choice {
                        way: Way::Direct,
                        why: Some("inside the cluster, and pods answer".to_owned()),
                    };
                }
                Err(address) => why = format!("{address} does not answer from here, and "),
            }
        }
        match forwards(client, endpoints).await {
            Ok(()) => Choice {
                way: Way::Portforward,
                why: Some(format!("{why}the API server forwards ports")),
            },
            Err(trouble) => Choice {
                way: Way::ApiProxy,
                why: Some(format!("{why}no port is forwarded: {trouble}")),
            },
        }
    }
}

/// Whether any of the first pods takes a connection; if not, the last that was tried.
async fn reach(endpoints: &[Endpoint]) -> Result<(), String> {
    let mut last = "no pod".to_owned();
    for endpoint in endpoints.iter().take(SAMPLES) {
        let Some(address) = endpoint.address else {
            continue;
        };
        let connected = time::timeout(PATIENCE, TcpStream::connect((address, endpoint.port))).await;
        if matches!(connected, Ok(Ok(_))) {
            return Ok(());
        }
        last = format!("{address}:{}", endpoint.port);
    }
    Err(last)
}

/// Whether the API server forwards ports.
///
/// # Errors
/// It may not, or does not know how. Troubles of single pods are no reason to take another way.
async fn forwards(client: &Client, endpoints: &[Endpoint]) -> Result<(), Trouble> {
    for endpoint in endpoints.iter().take(SAMPLES) {
        let Ok(tried) = time::timeout(PATIENCE, route::forward(client, endpoint)).await else {
            continue;
        };
        match tried {
            Ok(_) => return Ok(()),
            Err(trouble) if is_of_the_way(&trouble) => return Err(trouble),
            Err(_) => {}
        }
    }
    Ok(())
}

/// Whether another pod would fare the same: what stands between us and the API server knows no `WebSocket`, or
/// nobody may forward ports.
fn is_of_the_way(trouble: &Trouble) -> bool {
    match trouble {
        Trouble::Denied { .. } => true,
        Trouble::Refused { code, .. } => matches!(code, 400 | 405 | 426 | 501 | 502),
        Trouble::Lost(reason) => reason.starts_with("no WebSocket"),
        Trouble::Unauthorized | Trouble::Gone => false,
    }
}

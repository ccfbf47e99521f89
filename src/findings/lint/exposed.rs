//! What proxies expose, as far as rules about names ask.

/// Families, by name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Exposed {
    /// Whose they are: `busy-client.prom`, `Linkerd's and Istio's proxies`.
    pub whose: String,
    /// Sorted by name.
    pub families: Vec<ExposedFamily>,
}

/// One family.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExposedFamily {
    /// As on its `# TYPE` line.
    pub name: String,
    /// `counter`, `histogram`, …
    pub kind: String,
    /// Names of its samples, sorted.
    pub sample_names: Vec<String>,
    /// Names of its labels, sorted; empty where they are not known.
    pub labels: Vec<String>,
}

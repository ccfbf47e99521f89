//! Writes a synthetic mesh: the answers of linkerd2-proxies to one round of scrapes.
//!
//! `cargo run --release --example synthetic_mesh -- --seed 1 --form tar-zst --out mesh.tar.zst`. Equal
//! arguments give equal bytes. See `fixtures/README.md` for what is made with it.

#[path = "generator.rs"]
// the tests include the same file, so its modules must be found the same way
mod generator;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail, ensure};
use clap::{Parser, ValueEnum};

use generator::forms;
use generator::merged::{self, Padding};
use generator::scale::Scale;
use generator::scenario::Scenario;

/// Write the scrapes of a synthetic mesh
#[derive(Debug, Parser)]
struct Args {
    /// Which mesh
    #[arg(long, value_enum, default_value_t = Mesh::AstronomyShop)]
    scenario: Mesh,
    /// Same seed, same bytes
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Shape of the output
    #[arg(long, value_enum)]
    form: Form,
    /// File, or directory for `--form dir`; `-` is stdout
    #[arg(long)]
    out: PathBuf,
    /// Pods of `--scenario scale`
    #[arg(long, default_value_t = 100)]
    pods: u64,
    /// Outbound edges of each pod of `--scenario scale`, and inbound ones
    #[arg(long, default_value_t = 15)]
    edges: u64,
    /// Choose the pods of `--scenario scale --form merged` so that this many lines come out
    #[arg(long)]
    lines: Option<u64>,
    /// Lengthen the label sets of `--form merged` until about this many bytes come out
    #[arg(long)]
    bytes: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Mesh {
    /// 30 pods: the OpenTelemetry Demo, its Collector and store, and a control plane
    AstronomyShop,
    /// As many pods as asked for
    Scale,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// NAMESPACE/POD.prom files
    Dir,
    /// The same files in a zstd-compressed tar
    TarZst,
    /// As `linkerd diagnostics proxy-metrics` prints
    Joined,
    /// One Prometheus text body with namespace, pod, node and workload labels
    Merged,
}

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing is left to be done when stderr is closed too.
            let _ = writeln!(io::stderr(), "error: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let cause = error.root_cause().downcast_ref::<io::Error>();
    cause.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

fn run(args: &Args) -> anyhow::Result<()> {
    let scenario = scenario(args)?;
    match args.form {
        Form::Dir => {
            ensure!(
                args.out != Path::new("-"),
                "a directory cannot be written to stdout"
            );
            forms::directory(&scenario, &args.out)
        }
        Form::TarZst => compressed(&scenario, output(&args.out)?),
        Form::Joined => forms::joined(&scenario, output(&args.out)?),
        Form::Merged => {
            let padding = match args.bytes {
                Some(bytes) => merged::fit_bytes(&scenario, bytes)?,
                None => Padding::default(),
            };
            merged::merged(&scenario, padding, output(&args.out)?)
        }
    }
    .with_context(|| format!("writing {}", args.out.display()))
}

fn compressed(scenario: &Scenario, out: impl Write) -> io::Result<()> {
    let mut encoder = zstd::Encoder::new(out, 19)?;
    forms::archive(scenario, &mut encoder)?;
    encoder.finish()?.flush()
}

fn scenario(args: &Args) -> anyhow::Result<Scenario> {
    let Args {
        scenario,
        form,
        seed,
        pods,
        edges,
        lines,
        bytes,
        ..
    } = *args;
    if form != Form::Merged && (lines.is_some() || bytes.is_some()) {
        bail!("--lines and --bytes are for --form merged");
    }
    let scale = Scale {
        seed,
        pods,
        edges,
        extra_rows: 0,
    };
    match (scenario, lines) {
        (Mesh::AstronomyShop, Some(_)) => bail!("--lines is for --scenario scale"),
        (Mesh::AstronomyShop, None) => Ok(Scenario::astronomy_shop(seed)),
        (Mesh::Scale, Some(lines)) => Ok(Scenario::Scale(merged::fit_lines(scale, lines)?)),
        (Mesh::Scale, None) => {
            ensure!(
                edges < pods,
                "--edges {edges} needs more than {edges} pods; raise --pods"
            );
            Ok(Scenario::Scale(scale))
        }
    }
}

fn output(path: &Path) -> anyhow::Result<Box<dyn Write>> {
    if path == Path::new("-") {
        return Ok(Box::new(BufWriter::new(io::stdout().lock())));
    }
    let file = File::create(path).with_context(|| format!("creating {}", path.display()))?;
    Ok(Box::new(BufWriter::with_capacity(1 << 20, file)))
}

//! The project's commands: `cargo xtask setup`, `build`, `up`, `test`, `check`, `fuzz`, `image`, `facts`, `bench`.

mod bench;
mod build;
mod check;
mod demo;
mod facts;
mod fresh;
mod fuzz;
mod image;
mod package;
mod progress;
mod project;
mod setup;
mod test;
mod times;
mod token;
mod tool;
mod up;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::project::Project;

#[derive(Parser)]
#[command(
    name = "cargo xtask",
    about = "Bowline's own commands. Each does nothing twice."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Get what building and testing need: WebAssembly targets, node packages, system packages
    Setup,
    /// Build everything: browser module, npm package, page, functions, host
    Build,
    /// Build what serving needs, serve it, and print an address that is signed in
    Up(up::Options),
    /// Set up, check, build, and run every test
    Test(test::Options),
    /// Check formatting, lints, types, imports, words, YAML and dependencies
    Check(check::Options),
    /// Fuzz what reads untrusted input, with limits on memory and time
    Fuzz(fuzz::Options),
    /// Build an OCI image of the application, with the host built for speed
    Image(image::Options),
    /// Write the lists of regions from the vendors' own packages, and tell what changed
    Facts(facts::Options),
    /// Measure the budgets beside peers, and write docs/benchmarks.md
    Bench,
}

fn main() -> ExitCode {
    let project = Project::find();
    let outcome = match Cli::parse().command {
        Command::Setup => setup::run(&project),
        Command::Build => build::run(&project),
        Command::Up(options) => up::run(&project, &options),
        Command::Test(options) => test::run(&project, &options),
        Command::Check(options) => check::run(&project, &options),
        Command::Fuzz(options) => fuzz::run(&project, &options),
        Command::Image(options) => image::run(&project, &options),
        Command::Facts(options) => facts::run(&project, &options),
        Command::Bench => bench::run(&project),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

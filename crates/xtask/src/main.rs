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
    about = "Bowline's build commands. Each skips what is already done."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Install what building and testing need: WebAssembly targets, Node packages, system packages
    Setup,
    /// Build everything: browser module, npm package, page, functions, host
    Build,
    /// Build and serve the application, and print a link that signs you in
    Up(up::Options),
    /// Set up, check, build, and run every test
    Test(test::Options),
    /// Check formatting, lints, types, imports, words, YAML, and dependencies
    Check(check::Options),
    /// Fuzz the code that reads untrusted input, with limits on memory and time
    Fuzz(fuzz::Options),
    /// Build an OCI image of the application, with the optimized host
    Image(image::Options),
    /// Update the lists of regions from the vendors' own packages, and print what changed
    Facts(facts::Options),
    /// Measure the budgets beside comparable software, and write docs/benchmarks.md
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

//! `dossier rules`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use dossier_core::kyc::RuleSet;
use serde_json::json;

use super::output::{Output, say};
use crate::config::Settings;
use crate::config::verification::read_rules;
use crate::errors::{cannot, text};

/// Show and validate the rules, which say what is required of customers
#[derive(Subcommand)]
pub enum Rules {
    Check(Check),
    Show(Show),
}

impl Rules {
    pub(super) fn run(&self, settings: &Settings, output: Output) -> Result<ExitCode, String> {
        match self {
            Self::Check(check) => check.run(settings, output),
            Self::Show(show) => show.run(settings, output),
        }
    }
}

/// Validate a rule set
#[derive(Args)]
pub struct Check {
    /// The file [default: the configured rules]
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

impl Check {
    fn run(&self, settings: &Settings, output: Output) -> Result<ExitCode, String> {
        let print = |rules: &RuleSet| {
            output.value(&json!({ "ok": true, "version": rules.version, "rules": rules.rules.len() }));
            Ok(ExitCode::SUCCESS)
        };
        match &self.file {
            None => print(&settings.config().map_err(|errors| errors.join("\n"))?.verification.rules),
            Some(file) => match read_rules(file) {
                Ok(rules) => print(&rules),
                Err(faults) => {
                    let line = |fault: &String| format!("{}: {fault}", file.display());
                    Err(faults.iter().map(line).collect::<Vec<_>>().join("\n"))
                }
            },
        }
    }
}

/// Print the configured rule set
#[derive(Args)]
pub struct Show {}

impl Show {
    fn run(&self, settings: &Settings, output: Output) -> Result<ExitCode, String> {
        settings.config().map_err(|errors| errors.join("\n"))?;
        let rules = match settings.rules_file() {
            Some(path) => std::fs::read_to_string(&path).map_err(cannot("read the rules", &path))?,
            None => RuleSet::BASELINE.to_owned(),
        };
        match output {
            Output::Text => say(rules.trim_end()),
            Output::Json => output.value(&toml::from_str(&rules).map_err(text)?),
        }
        Ok(ExitCode::SUCCESS)
    }
}

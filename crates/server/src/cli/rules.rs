//! `dossier rules`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use dossier_core::kyc::{Reasons, RuleSet};
use dossier_core::retention::RetentionRules;
use serde_json::{Value, json};

use super::output::{Output, say};
use crate::config::Settings;
use crate::config::erasure::read_retention_rules;
use crate::config::verification::{read_reasons, read_rules};
use crate::errors::{cannot, text};
use crate::trust;

/// Show and validate the rules: what is required of customers, how long records are kept, and the reasons of decisions
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

/// Validate rules
#[derive(Args)]
pub struct Check {
    /// The file, with rules of either kind [default: the configured rules of both kinds, and the reasons]
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// A file with reasons of decisions
    #[arg(long, value_name = "FILE", conflicts_with = "file")]
    reasons: Option<PathBuf>,
}

impl Check {
    fn run(&self, settings: &Settings, output: Output) -> Result<ExitCode, String> {
        let found = match (&self.file, &self.reasons) {
            (None, None) => {
                let config = settings.config().map_err(|errors| errors.join("\n"))?;
                let mut found = of_requirements(&config.verification.rules);
                found["retention"] = of_retention(&config.retention.rules);
                found["reasons"] = of_reasons(&config.verification.reasons);
                found
            }
            (Some(file), _) => {
                let checked = match trust::read(file) {
                    Ok(text) if RetentionRules::are_in(&text) => {
                        read_retention_rules(file).map(|rules| of_retention(&rules))
                    }
                    _ => read_rules(file).map(|rules| of_requirements(&rules)),
                };
                checked.map_err(|faults| in_lines(file, &faults))?
            }
            (None, Some(file)) => {
                read_reasons(file).map(|reasons| of_reasons(&reasons)).map_err(|faults| in_lines(file, &faults))?
            }
        };
        output.value(&found);
        Ok(ExitCode::SUCCESS)
    }
}

fn of_requirements(rules: &RuleSet) -> Value {
    json!({ "ok": true, "version": rules.version, "rules": rules.rules.len(), "risks": rules.risks.len() })
}

fn of_retention(rules: &RetentionRules) -> Value {
    json!({ "ok": true, "version": rules.version, "rules": rules.rules.len() })
}

fn of_reasons(reasons: &Reasons) -> Value {
    json!({ "ok": true, "version": reasons.version, "reasons": reasons.iter().count() })
}

fn in_lines(file: &Path, faults: &[String]) -> String {
    let line = |fault: &String| format!("{}: {fault}", file.display());
    faults.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Print the configured rules
#[derive(Args)]
pub struct Show {
    /// Print the rules of retention
    #[arg(long)]
    retention: bool,
    /// Print the reasons of decisions, built-in and configured
    #[arg(long, conflicts_with = "retention")]
    reasons: bool,
}

impl Show {
    fn run(&self, settings: &Settings, output: Output) -> Result<ExitCode, String> {
        let config = settings.config().map_err(|errors| errors.join("\n"))?;
        if self.reasons {
            let reasons = config.verification.reasons.iter().collect::<Vec<_>>();
            output.rows(&json!(reasons), &["code", "label", "for"]);
            return Ok(ExitCode::SUCCESS);
        }
        let (file, baseline) = match self.retention {
            true => (settings.retention_rules_file(), RetentionRules::BASELINE),
            false => (settings.rules_file(), RuleSet::BASELINE),
        };
        let rules = match file {
            Some(path) => std::fs::read_to_string(&path).map_err(cannot("read the rules", &path))?,
            None => baseline.to_owned(),
        };
        match output {
            Output::Text => say(rules.trim_end()),
            Output::Json => output.value(&toml::from_str(&rules).map_err(text)?),
        }
        Ok(ExitCode::SUCCESS)
    }
}

//! `dossier config`.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::json;

use super::output::Output;
use crate::config::Settings;
use crate::errors::text;

/// Show and validate the configuration
#[derive(Subcommand)]
pub enum ConfigCommand {
    Show(Show),
    Check(Check),
}

impl ConfigCommand {
    pub(super) fn run(&self, settings: &Settings, output: Output) -> Result<ExitCode, String> {
        match self {
            Self::Show(show) => show.run(settings, output),
            Self::Check(check) => check.run(settings, output),
        }
    }
}

/// Show every setting with its value and the source of the value
#[derive(Args)]
pub struct Show {}

impl Show {
    fn run(&self, settings: &Settings, output: Output) -> Result<ExitCode, String> {
        output.value(&serde_json::to_value(settings.views()).map_err(text)?);
        Ok(ExitCode::SUCCESS)
    }
}

/// Validate the configuration
#[derive(Args)]
pub struct Check {}

impl Check {
    fn run(&self, settings: &Settings, output: Output) -> Result<ExitCode, String> {
        let mut errors = settings.config().err().unwrap_or_default();
        errors.extend(settings.unknown_variables());
        if !errors.is_empty() {
            return Err(errors.join("\n"));
        }
        output.value(&json!({ "ok": true }));
        Ok(ExitCode::SUCCESS)
    }
}

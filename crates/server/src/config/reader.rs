//! Declares and reads a setting in one step, so that its name, default, help and validation are in one place.

use zeroize::Zeroizing;

use super::setting::{Setting, Source, Values};

/// Reads all sections. Without values, it only collects the declared settings.
pub(super) struct SettingReader<'a> {
    values: &'a Values,
    pub(super) declared: Vec<Setting>,
    pub(super) errors: Vec<String>,
}

impl<'a> SettingReader<'a> {
    pub(super) const fn new(values: &'a Values, errors: Vec<String>) -> Self {
        Self { values, declared: Vec::new(), errors }
    }

    /// Declares a setting. The variable of `listen` is `DOSSIER_LISTEN`, its flag `--listen`, its TOML key `listen`.
    pub(super) const fn setting(
        &mut self,
        name: &'static str,
        default: &'static str,
        help: &'static str,
    ) -> Declaration<'_, 'a> {
        Declaration { reader: self, setting: Setting { name, default, help, secret: false, recorded: false } }
    }

    /// Adds an error to those of the configuration.
    pub(super) fn reject(&mut self, name: &str, wanted: &str) {
        self.errors.push(format!("{name}: must be {wanted}"));
    }
}

/// A declared setting, whose value is read next.
pub(super) struct Declaration<'r, 'a> {
    reader: &'r mut SettingReader<'a>,
    setting: Setting,
}

impl<'a> Declaration<'_, 'a> {
    pub(super) const fn secret(mut self) -> Self {
        self.setting.secret = true;
        self
    }

    pub(super) const fn recorded(mut self) -> Self {
        self.setting.recorded = true;
        self
    }

    pub(super) fn source(&self) -> Source {
        self.reader.values.get(self.setting.name).map_or(Source::Default, |(_, source)| source.clone())
    }

    /// The value as text.
    pub(super) fn text(self) -> &'a str {
        self.reader.declared.push(self.setting);
        match self.reader.values.get(self.setting.name) {
            Some((text, _)) => text,
            None => self.setting.default,
        }
    }

    /// The value of a secret.
    pub(super) fn secret_text(self) -> Zeroizing<String> {
        Zeroizing::new(self.secret().text().to_owned())
    }

    /// Parses the value. If it is invalid, adds an error and returns the default.
    pub(super) fn read<T>(self, read: impl Fn(&str) -> Option<T>, wanted: &str) -> T {
        let Self { reader, setting } = self;
        let text = Declaration { reader: &mut *reader, setting }.text();
        read(text).unwrap_or_else(|| {
            reader.reject(setting.name, wanted);
            read(setting.default).expect("the default of a setting is valid")
        })
    }

    /// Like [`Declaration::read`]; `None` if the value is empty.
    pub(super) fn read_or_empty<T>(self, read: impl Fn(&str) -> Option<T>, wanted: &str) -> Option<T> {
        self.read(|text| if text.is_empty() { Some(None) } else { read(text).map(Some) }, wanted)
    }

    /// Like [`Declaration::read`]; `None` if the value is `off`.
    pub(super) fn read_or_off<T>(self, read: impl Fn(&str) -> Option<T>, wanted: &str) -> Option<T> {
        let wanted = format!("{wanted}, or off");
        self.read(|text| if text == "off" { Some(None) } else { read(text).map(Some) }, &wanted)
    }
}

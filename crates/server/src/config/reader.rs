//! How sections declare settings and read them, in one step: name, default, help and check of a setting stand together,
//! where its value becomes what it means.

use zeroize::Zeroizing;

use super::setting::{Setting, Source, Values};

/// Goes through all sections. Without values it only learns which settings there are.
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
    ) -> Declared<'_, 'a> {
        Declared { reader: self, setting: Setting { name, default, help, secret: false, recorded: false } }
    }

    pub(super) fn wrong(&mut self, name: &str, wanted: &str) {
        self.errors.push(format!("{name}: must be {wanted}"));
    }
}

/// A setting that is to be read.
pub(super) struct Declared<'r, 'a> {
    reader: &'r mut SettingReader<'a>,
    setting: Setting,
}

impl<'a> Declared<'_, 'a> {
    pub(super) const fn secret(mut self) -> Self {
        self.setting.secret = true;
        self
    }

    pub(super) const fn recorded(mut self) -> Self {
        self.setting.recorded = true;
        self
    }

    /// Where the value came from.
    pub(super) fn source(&self) -> Source {
        self.reader.values.get(self.setting.name).map_or(Source::Default, |(_, source)| source.clone())
    }

    /// The value as it was given.
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

    /// The value as what it means. When it means nothing, it is noted what was wanted, and the default stands for it.
    pub(super) fn read<T>(self, read: impl Fn(&str) -> Option<T>, wanted: &str) -> T {
        let Self { reader, setting } = self;
        let text = Declared { reader: &mut *reader, setting }.text();
        read(text).unwrap_or_else(|| {
            reader.wrong(setting.name, wanted);
            read(setting.default).expect("the default of a setting is good")
        })
    }

    /// The same; empty text gives `None`.
    pub(super) fn read_or_empty<T>(self, read: impl Fn(&str) -> Option<T>, wanted: &str) -> Option<T> {
        self.read(|text| if text.is_empty() { Some(None) } else { read(text).map(Some) }, wanted)
    }

    /// The same; `off` gives `None`.
    pub(super) fn read_or_off<T>(self, read: impl Fn(&str) -> Option<T>, wanted: &str) -> Option<T> {
        let wanted = format!("{wanted}, or off");
        self.read(|text| if text == "off" { Some(None) } else { read(text).map(Some) }, &wanted)
    }
}

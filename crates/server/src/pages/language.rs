//! The languages of the form: how one is chosen, its messages, and the conventions of the visitor's country.

use std::borrow::Cow;
use std::sync::OnceLock;

use dossier_core::parse::Country;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use http::{HeaderMap, Uri, header};

use crate::http::cookie::cookie;

/// Messages that refer to other messages, in every language.
const COMMON: &str = include_str!("../../assets/form/languages/common.ftl");

type Bundle = FluentBundle<FluentResource>;

macro_rules! languages {
    ($($variant:ident = $code:literal: $name:literal,)*) => {
        /// A language of the form.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Language { $(#[doc = $name] $variant),* }

        impl Language {
            /// Every language, in the order in which they are offered.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The BCP 47 tag.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),* }
            }

            /// The name in the language itself.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            const fn messages(self) -> &'static str {
                match self {
                    $(Self::$variant => include_str!(concat!("../../assets/form/languages/", $code, ".ftl"))),*
                }
            }

            const fn country_names(self) -> &'static str {
                match self {
                    $(Self::$variant => include_str!(concat!("../../assets/form/countries/", $code, ".tsv"))),*
                }
            }
        }
    };
}

languages! {
    English = "en": "English",
    Spanish = "es": "Español",
    French = "fr": "Français",
    German = "de": "Deutsch",
    Portuguese = "pt": "Português",
    Arabic = "ar": "العربية",
    Turkish = "tr": "Türkçe",
    Hindi = "hi": "हिन्दी",
    Chinese = "zh": "中文",
}

impl Language {
    /// The language of a tag such as `pt-BR`.
    #[must_use]
    pub fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next()?.trim();
        Self::ALL.iter().copied().find(|language| language.code().eq_ignore_ascii_case(primary))
    }

    /// The preferred known language of `Accept-Language`.
    #[must_use]
    pub fn accepted(headers: &HeaderMap) -> Option<Self> {
        accepted_tags(headers).into_iter().find_map(|tag| Self::of_tag(&tag))
    }

    /// The direction of its script, for `dir`.
    #[must_use]
    pub const fn direction(self) -> &'static str {
        match self {
            Self::Arabic => "rtl",
            _ => "ltr",
        }
    }

    fn bundle(self) -> &'static Bundle {
        static BUNDLES: OnceLock<Vec<Bundle>> = OnceLock::new();
        let all = BUNDLES.get_or_init(|| Self::ALL.iter().map(|language| language.read()).collect());
        &all[self as usize]
    }

    fn read(self) -> Bundle {
        let tag = self.code().parse().expect("the tags are well formed");
        let mut bundle = Bundle::new_concurrent(vec![tag]);
        // Only right-to-left text contains names in a script of the other direction.
        bundle.set_use_isolating(self.direction() == "rtl");
        let resource = FluentResource::try_new(self.messages().to_owned()).expect("a test reads every language");
        bundle.add_resource_overriding(resource);
        bundle.add_resource_overriding(FluentResource::try_new(COMMON.to_owned()).expect("a test reads it"));
        bundle
    }

    /// The code and name of every country, in the order of the language.
    pub fn countries(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.country_names().lines().filter_map(|row| row.split_once('\t'))
    }

    #[must_use]
    pub fn country(self, code: &str) -> Option<&'static str> {
        self.countries().find(|(known, _)| *known == code).map(|(_, name)| name)
    }
}

fn accepted_tags(headers: &HeaderMap) -> Vec<String> {
    let text = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut tags: Vec<(f32, String)> = text
        .split(',')
        .take(32)
        .filter_map(|part| {
            let mut parts = part.split(';').map(str::trim);
            let tag = parts.next().filter(|tag| !tag.is_empty())?;
            let weight = parts.find_map(|part| part.strip_prefix("q=")?.parse().ok()).unwrap_or(1.0);
            (weight > 0.0).then(|| (weight, tag.to_owned()))
        })
        .collect();
    tags.sort_by(|a, b| b.0.total_cmp(&a.0));
    tags.into_iter().map(|(_, tag)| tag).collect()
}

/// The order of the parts of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateOrder {
    DayFirst,
    MonthFirst,
    YearFirst,
}

/// The order of the lines of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressOrder {
    /// Street, city, state, postal code.
    CodeLast,
    /// Street, postal code, city, state.
    CodeBeforeCity,
    /// Postal code, state, city, street.
    LargeToSmall,
}

impl AddressOrder {
    /// The order that a country uses.
    #[must_use]
    pub fn of(country: &str) -> Self {
        const CODE_LAST: &[&str] = &[
            "US", "CA", "GB", "IE", "AU", "NZ", "IN", "PK", "BD", "LK", "SG", "HK", "AE", "SA", "QA", "KW", "BH", "OM",
            "EG", "JO", "LB", "IQ", "NG", "KE", "GH", "ZA", "PH", "TH", "ID", "BR",
        ];
        const LARGE_TO_SMALL: &[&str] = &["CN", "TW", "MO", "JP", "KR", "KP"];
        if LARGE_TO_SMALL.contains(&country) {
            Self::LargeToSmall
        } else if CODE_LAST.contains(&country) {
            Self::CodeLast
        } else {
            Self::CodeBeforeCity
        }
    }

    /// The members of an address in the order in which it is written.
    #[must_use]
    pub const fn written(self) -> [&'static str; 6] {
        match self {
            Self::CodeLast => ["street_line_1", "street_line_2", "city", "state", "postal_code", "country"],
            Self::CodeBeforeCity => ["street_line_1", "street_line_2", "postal_code", "city", "state", "country"],
            Self::LargeToSmall => ["country", "postal_code", "state", "city", "street_line_1", "street_line_2"],
        }
    }

    /// The members in the order in which the form asks for them. The country comes first, because the names of the
    /// others depend on it.
    #[must_use]
    pub fn asked(self) -> [&'static str; 6] {
        let mut members = self.written();
        members.sort_by_key(|member| *member != "country");
        members
    }
}

/// The language of a visitor, and the country whose conventions apply.
#[derive(Debug, Clone, Copy)]
pub struct Localization {
    pub language: Language,
    country: Option<Country>,
}

impl Localization {
    /// A language, with the conventions of the country that the browser names.
    #[must_use]
    pub fn new(language: Language, headers: &HeaderMap) -> Self {
        let of_language = |tag: &String| Language::of_tag(tag) == Some(language);
        let country = accepted_tags(headers).into_iter().filter(of_language).find_map(|tag| {
            let subtags = tag.split('-').skip(1).find(|subtag| subtag.len() == 2)?.to_ascii_uppercase();
            Country::new(&subtags)
        });
        Self { language, country }
    }

    /// The country that the browser names.
    #[must_use]
    pub const fn region(&self) -> Option<Country> {
        self.country
    }

    #[must_use]
    pub fn say(&self, key: &str) -> String {
        self.say_with(key, &[])
    }

    /// A message with arguments.
    #[must_use]
    pub fn say_with(&self, key: &str, with: &[(&str, FluentValue<'_>)]) -> String {
        self.find(key, with).unwrap_or_else(|| key.to_owned())
    }

    /// A message, if there is one.
    #[must_use]
    pub fn find(&self, key: &str, with: &[(&str, FluentValue<'_>)]) -> Option<String> {
        let bundle = self.language.bundle();
        let pattern = bundle.get_message(key)?.value()?;
        let arguments: FluentArgs<'_> = with.iter().map(|(name, value)| (*name, value.clone())).collect();
        Some(bundle.format_pattern(pattern, Some(&arguments), &mut Vec::new()).into_owned())
    }

    /// The order in which dates are typed.
    #[must_use]
    pub fn date_order(&self) -> DateOrder {
        match (self.language, self.country.as_ref().map(Country::expose)) {
            (Language::English, Some("US")) => DateOrder::MonthFirst,
            (Language::Chinese, _) => DateOrder::YearFirst,
            _ => DateOrder::DayFirst,
        }
    }

    /// Arranges day, month and year in the order in which dates are typed.
    #[must_use]
    pub fn in_date_order<T>(&self, day: T, month: T, year: T) -> [T; 3] {
        match self.date_order() {
            DateOrder::DayFirst => [day, month, year],
            DateOrder::MonthFirst => [month, day, year],
            DateOrder::YearFirst => [year, month, day],
        }
    }

    /// Formats a date for people. Text that is not a date stays the same.
    #[must_use]
    pub fn date<'a>(&self, iso: &'a str) -> Cow<'a, str> {
        let mut parts = iso.get(..10).unwrap_or(iso).splitn(3, '-');
        let (Some(year), Some(month), Some(day)) = (parts.next(), parts.next(), parts.next()) else {
            return iso.into();
        };
        let (Ok(number), Ok(day)) = (month.parse::<u8>(), day.parse::<u8>()) else { return iso.into() };
        let Some(name) = self.find(&format!("month-{number}"), &[]) else { return iso.into() };
        let with = [("year", year.into()), ("month", name.into()), ("day", day.to_string().into())];
        let key = if self.date_order() == DateOrder::MonthFirst { "date-month-first" } else { "date" };
        // A date is one phrase in one script. With isolation marks it would have no direction of its own.
        self.say_with(key, &with).replace(['\u{2068}', '\u{2069}'], "").into()
    }

    /// Formats a number with the decimal separator of the language.
    #[must_use]
    pub fn decimal(&self, number: &str) -> String {
        match self.language {
            Language::English | Language::Hindi | Language::Chinese | Language::Arabic => number.replace(',', "."),
            Language::Spanish | Language::French | Language::German | Language::Portuguese | Language::Turkish => {
                number.replace('.', ",")
            }
        }
    }

    /// The order of an address in a country. While it is unknown, that of the browser's country.
    #[must_use]
    pub fn address_order(&self, country: Option<&str>) -> AddressOrder {
        let own = self.country.as_ref().map(Country::expose);
        let of_language = match self.language {
            Language::English => "GB",
            Language::Hindi => "IN",
            Language::Arabic => "AE",
            Language::Chinese => "CN",
            Language::Portuguese => "BR",
            Language::Spanish | Language::French | Language::German | Language::Turkish => "DE",
        };
        AddressOrder::of(country.or(own).unwrap_or(of_language))
    }
}

pub(super) const LANGUAGE_COOKIE: &str = "dossier-language";

pub(super) fn asked_language(uri: &Uri) -> Option<Language> {
    let query = uri.query()?.as_bytes();
    let (_, tag) = form_urlencoded::parse(query).find(|(name, _)| name == "lang")?;
    Language::of_tag(&tag)
}

/// The language named in the URL, otherwise the one chosen before, otherwise the browser's.
pub(super) fn localization(headers: &HeaderMap, uri: &Uri) -> Localization {
    let chosen = asked_language(uri)
        .or_else(|| Language::of_tag(cookie(headers, LANGUAGE_COOKIE)?))
        .or_else(|| Language::accepted(headers))
        .unwrap_or(Language::English);
    Localization::new(chosen, headers)
}

#[cfg(test)]
mod tests;

//! The guides and their pictures, which are compiled in. They are the files that the repository shows, and the index
//! is `docs/README.md`.

use maud::{Markup, html};

use super::markdown::{self, Document, Shelf};

/// Where the documentation begins.
pub(super) const PLACE: &str = "/docs";
/// The name of the index.
pub(super) const INDEX: &str = "";

/// A guide by the end of its URL, the file that it is made from, and its text.
pub(super) struct Guide {
    pub(super) name: &'static str,
    file: &'static str,
    text: &'static str,
}

macro_rules! guides {
    ($($name:literal: $file:literal,)*) => {
        &[$(Guide { name: $name, file: $file, text: include_str!(concat!("../../../../../", $file)) }),*]
    };
}

macro_rules! pictures {
    ($($name:literal,)*) => {
        &[$(($name, include_bytes!(concat!("../../../../../docs/pictures/", $name, ".png")))),*]
    };
}

/// What the repository has beyond these (the architecture, decisions, measurements) is for people with the source.
pub(super) const GUIDES: &[Guide] = guides! {
    "": "docs/README.md",
    "access": "docs/access.md",
    "api": "docs/api.md",
    "audit": "docs/audit.md",
    "backups": "docs/backups.md",
    "changelog": "CHANGELOG.md",
    "clients": "docs/clients.md",
    "console": "docs/console.md",
    "desk": "docs/desk.md",
    "erasure": "docs/erasure.md",
    "form": "docs/form.md",
    "glossary": "docs/glossary.md",
    "going-live": "docs/going-live.md",
    "import": "docs/import.md",
    "kyc": "docs/kyc.md",
    "operations": "docs/operations.md",
    "packages": "docs/packages.md",
    "postgresql": "docs/postgresql.md",
    "proofs": "docs/proofs.md",
    "readme": "README.md",
    "reporting": "SECURITY.md",
    "retention": "docs/retention.md",
    "scale": "docs/scale.md",
    "security": "docs/security.md",
    "subject-access": "docs/subject-access.md",
    "upgrading": "docs/upgrading.md",
};

const PICTURES: &[(&str, &[u8])] = pictures! {
    "address", "arabic", "asked-again", "business", "console-overview", "console-request", "desk-case",
    "desk-decide", "desk-phone", "desk-preview", "desk-queue", "desk-second", "desk-shortcuts", "details",
    "details-phone", "documents-dark", "errors", "exit", "expired", "funds", "home", "identity", "left-phone", "link",
    "overview", "people", "person", "reveal", "review", "submitted",
};

impl Guide {
    #[must_use]
    pub(super) fn url(&self) -> String {
        if self.name.is_empty() { PLACE.to_owned() } else { format!("{PLACE}/{}", self.name) }
    }

    #[must_use]
    pub(super) fn document(&self) -> Document {
        let index = self.name.is_empty().then(|| within(self.text));
        markdown::document(index.as_deref().unwrap_or(self.text), self)
    }
}

impl Shelf for Guide {
    fn resolve(&self, target: &str) -> Option<String> {
        let (path, anchor) = target.split_once('#').map_or((target, None), |(path, anchor)| (path, Some(anchor)));
        if target.contains("://") || target.starts_with("mailto:") {
            return Some(target.to_owned());
        }
        if path.is_empty() {
            return Some(target.to_owned());
        }
        if let Some(name) = path.strip_prefix("pictures/") {
            return picture(name).map(|_| format!("{PLACE}/{path}"));
        }
        let folder = self.file.rsplit_once('/').map(|(folder, _)| folder);
        let file = match (folder, path.strip_prefix("../")) {
            (Some(_), Some(above)) => above.to_owned(),
            (Some(folder), None) => format!("{folder}/{path}"),
            (None, _) => path.to_owned(),
        };
        let guide = GUIDES.iter().find(|guide| guide.file == file)?;
        Some(guide.url() + &anchor.map(|anchor| format!("#{anchor}")).unwrap_or_default())
    }

    fn title(&self, file: &str) -> Option<&str> {
        let is_named =
            |guide: &&Guide| file.ends_with(".md") && (guide.file == file || guide.file.ends_with(&format!("/{file}")));
        GUIDES.iter().find(is_named)?.text.lines().next()?.strip_prefix("# ")
    }

    fn size(&self, picture: &str) -> Option<(u32, u32)> {
        size(self::picture(picture.strip_prefix("pictures/")?)?)
    }
}

/// The index without the items whose first link leads to what is not here. An item is a line and those indented
/// below it.
fn within(index: &str) -> String {
    let (mut kept, mut is_here) = (String::with_capacity(index.len()), true);
    for line in index.split_inclusive('\n') {
        if let Some(target) = line.strip_prefix("- [").and_then(|item| item.split_once("](")?.1.split(')').next()) {
            is_here = GUIDES[0].resolve(target).is_some();
        } else if !line.starts_with(' ') {
            is_here = true;
        }
        if is_here {
            kept.push_str(line);
        }
    }
    kept
}

/// What the index calls a guide.
#[must_use]
pub(super) fn label(guide: &Guide) -> Option<String> {
    let mut items = markdown::lists(&within(GUIDES[0].text)).into_iter().flat_map(|(_, items)| items);
    let is_guide = |target: &str| GUIDES[0].resolve(target).is_some_and(|url| url == guide.url());
    items.find(|(_, target)| is_guide(target)).map(|(name, _)| name)
}

/// The contents beside a guide: all guides by what a reader wants, and the sections of this one.
#[must_use]
pub(super) fn contents(shown: &Guide, document: &Document) -> Markup {
    html! {
        // It scrolls beside a long guide, so the keyboard must reach it.
        nav.contents aria-label="Contents" tabindex="0" {
            details #contents {
                summary { "Contents" }
                ul {
                    @for (group, items) in markdown::lists(&within(GUIDES[0].text)) {
                        li {
                            span.tag { (group) }
                            ul {
                                @for (name, target) in items {
                                    @if let Some(url) = GUIDES[0].resolve(&target) {
                                        li { (item(&name, &url, shown, document)) }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn item(name: &str, url: &str, shown: &Guide, document: &Document) -> Markup {
    let is_shown = url == shown.url();
    html! {
        a href=(url) aria-current=[is_shown.then_some("page")] { span { (name) } }
        @if is_shown {
            ul.sections {
                @for section in document.sections.iter().filter(|section| section.level == 2) {
                    li { a href={ "#" (section.anchor) } { span { (section.title) } } }
                }
            }
        }
    }
}

/// A picture by the name of its file.
#[must_use]
pub(super) fn picture(file: &str) -> Option<&'static [u8]> {
    let name = file.strip_suffix(".png")?;
    PICTURES.iter().find(|(known, _)| *known == name).map(|(_, bytes)| *bytes)
}

/// The width and height of a PNG, which stand at the same place in each.
fn size(png: &[u8]) -> Option<(u32, u32)> {
    let number = |at: usize| Some(u32::from_be_bytes(png.get(at..at + 4)?.try_into().ok()?));
    Some((number(16)?, number(20)?))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    fn names(folder: &str, ending: &str) -> BTreeSet<String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("the repository");
        let entries = std::fs::read_dir(root.join(folder)).expect("a folder");
        let names = entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
        names.filter(|name| name.ends_with(ending)).collect()
    }

    #[test]
    fn every_guide_and_every_picture_of_the_repository_is_here() {
        let guides = GUIDES.iter().filter_map(|guide| guide.file.strip_prefix("docs/")).map(str::to_owned);
        assert_eq!(guides.collect::<BTreeSet<_>>(), names("docs", ".md"));
        let pictures = PICTURES.iter().map(|(name, _)| format!("{name}.png"));
        assert_eq!(pictures.collect::<BTreeSet<_>>(), names("docs/pictures", ".png"));
        assert!(PICTURES.iter().all(|(_, bytes)| bytes.starts_with(b"\x89PNG") && size(bytes).is_some()));
    }

    #[test]
    fn links_lead_to_guides_pictures_and_elsewhere_but_not_to_source() {
        let guide = |name: &str| GUIDES.iter().find(|guide| guide.name == name).expect("a guide");
        let cases = [
            ("kyc", "erasure.md#backups", Some("/docs/erasure#backups")),
            ("kyc", "#rules", Some("#rules")),
            ("kyc", "README.md", Some("/docs")),
            ("kyc", "../README.md", Some("/docs/readme")),
            ("kyc", "../SECURITY.md", Some("/docs/reporting")),
            ("readme", "docs/kyc.md", Some("/docs/kyc")),
            ("readme", "SECURITY.md", Some("/docs/reporting")),
            ("kyc", "https://www.rfc-editor.org/rfc/rfc9457", Some("https://www.rfc-editor.org/rfc/rfc9457")),
            ("form", "pictures/link.png", Some("/docs/pictures/link.png")),
            ("form", "pictures/none.png", None),
            ("kyc", "decisions/0101-reminders.md", None),
            ("kyc", "../crates/core/rules/baseline.toml", None),
            ("readme", "ARCHITECTURE.md", None),
        ];
        for (name, target, url) in cases {
            assert_eq!(guide(name).resolve(target).as_deref(), url, "{target} in {name}");
        }
    }

    #[test]
    fn the_index_leaves_out_what_is_not_here_with_its_lines() {
        assert_eq!(
            within("# A\n\n- [b](kyc.md): c\n  d\n- [e](../CONTRIBUTING.md): f\n  g\n\nh\n"),
            "# A\n\n- [b](kyc.md): c\n  d\n\nh\n"
        );
    }
}

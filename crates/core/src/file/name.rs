//! The name of an uploaded file: text for people, never a path.

use std::fmt;

use unicode_normalization::UnicodeNormalization as _;

use crate::hidden::without_hidden;

/// Marks the place where a name was shortened.
const ELLIPSIS: &str = "\u{2026}";
/// The longest extension, in bytes. A longer ending is part of the name.
const MAX_EXTENSION: usize = 16;

/// A file's name as it is shown. It is personal, since people put names into it, and `Debug` shows none of it.
#[derive(Clone, PartialEq, Eq)]
pub struct FileName(String);

impl FileName {
    /// The longest name, in bytes of UTF-8.
    pub const MAX: usize = 255;
    /// The name of a file whose own name has no usable characters.
    const NAMELESS: &'static str = "file";

    /// Reads a name as a client sent it. A name is only a label, so none is refused. What is not UTF-8 is read as
    /// Latin-1, leading folders are dropped, invisible and direction-changing characters are replaced, the rest is
    /// composed (NFC), and a name that is too long is shortened before its extension.
    #[must_use]
    pub fn new(sent: &[u8]) -> Self {
        let sent = match std::str::from_utf8(sent) {
            Ok(text) => text.to_owned(),
            Err(_) => sent.iter().map(|byte| char::from(*byte)).collect(),
        };
        let last = sent.rsplit(['/', '\\']).next().unwrap_or_default();
        let shown = without_hidden(&last.nfc().collect::<Vec<_>>());
        // Some systems cut off or hide white space and dots at either end.
        let shown = shown.trim().trim_end_matches(['.', ' ']);
        let shown = match shown.strip_prefix('.') {
            Some(rest) => format!("_{rest}"),
            None => shown.to_owned(),
        };
        Self(if shown.is_empty() { Self::NAMELESS.to_owned() } else { shortened(shown) })
    }

    /// A stored name.
    #[must_use]
    pub const fn stored(name: String) -> Self {
        Self(name)
    }

    /// The name as text.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[personal]")
    }
}

/// At most [`FileName::MAX`] bytes. The middle is left out, so that the extension stays.
fn shortened(name: String) -> String {
    if name.len() <= FileName::MAX {
        return name;
    }
    let extension = name.rfind('.').map_or("", |dot| &name[dot..]);
    let extension = if extension.len() <= MAX_EXTENSION { extension } else { "" };
    let room = FileName::MAX - extension.len() - ELLIPSIS.len();
    format!("{}{ELLIPSIS}{extension}", &name[..name.floor_char_boundary(room)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_shown_and_are_never_paths() {
        for (sent, shown) in [
            ("passport.jpg", "passport.jpg"),
            ("../x", "x"),
            ("..\\x", "x"),
            ("%2e%2e%2fx", "%2e%2e%2fx"),
            ("....//x", "x"),
            ("/etc/passwd", "passwd"),
            ("C:\\Users\\a\\scan.pdf", "scan.pdf"),
            ("C:scan.pdf", "C:scan.pdf"),
            ("\\\\host\\share\\scan.pdf", "scan.pdf"),
            (".", "file"),
            ("..", "file"),
            ("", "file"),
            ("   ", "file"),
            ("a/", "file"),
            ("scan.", "scan"),
            ("scan. . ", "scan"),
            ("scan ", "scan"),
            ("a\0b", "a\u{fffd}b"),
            ("%00", "%00"),
            ("CON", "CON"),
            ("COM1", "COM1"),
            ("aux.pdf", "aux.pdf"),
            ("-rf", "-rf"),
            (".hidden", "_hidden"),
            (".htaccess", "_htaccess"),
            ("a\nb", "a\u{fffd}b"),
            ("a\r\nSet-Cookie: x", "a\u{fffd}\u{fffd}Set-Cookie: x"),
            ("a\"b", "a\"b"),
            ("a;b", "a;b"),
            ("`id`", "`id`"),
            ("$(x)", "$(x)"),
            ("a|b", "a|b"),
            ("<svg onload>", "<svg onload>"),
            ("e\u{301}.png", "\u{e9}.png"),
            ("a\u{200b}b", "a\u{fffd}b"),
            ("gpj.\u{202e}exe", "gpj.\u{fffd}exe"),
        ] {
            assert_eq!(FileName::new(sent.as_bytes()).0, shown, "{sent:?}");
        }
        let long = |name: String| FileName::new(name.as_bytes()).0;
        assert_eq!(long("x".repeat(255)), "x".repeat(255));
        assert_eq!(long("x".repeat(256)), format!("{}\u{2026}", "x".repeat(252)));
        assert_eq!(long(format!("{}.jpeg", "x".repeat(300))), format!("{}\u{2026}.jpeg", "x".repeat(247)));
        assert_eq!(long(format!("{}.pdf", "é".repeat(150))), format!("{}\u{2026}.pdf", "é".repeat(124)));
        assert_eq!(long(format!("a.{}", "x".repeat(300))), format!("a.{}\u{2026}", "x".repeat(250)));
        for (sent, shown) in
            [(&b"caf\xe9.pdf"[..], "café.pdf"), (b"\xc0\xaf.pdf", "À\u{af}.pdf"), (b"\xff.pdf", "ÿ.pdf")]
        {
            assert_eq!(FileName::new(sent).0, shown, "no UTF-8 is Latin-1");
        }
        for name in ["می\u{200c}خواهم.pdf", "क्\u{200d}ष.png"] {
            assert_eq!(long(name.to_owned()), name, "joiners between letters stay");
        }
        assert_eq!(long("a\u{200d}b".to_owned()), "a\u{fffd}b");
        assert_eq!(format!("{:?}", FileName::new(b"ada.pdf")), "[personal]");
    }
}

//! The name of an uploaded file: data for people, never a path.

use std::fmt;

use unicode_normalization::UnicodeNormalization as _;

/// A file's name as it is shown: personal, since people put names into it. `Debug` shows none of it.
#[derive(Clone, PartialEq, Eq)]
pub struct FileName(String);

/// Why a name is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadName {
    /// More than [`FileName::MAX`] bytes.
    #[error("the file name has more than {} bytes", FileName::MAX)]
    TooLong,
    /// Not UTF-8.
    #[error("the file name is not UTF-8")]
    NotUtf8,
}

impl FileName {
    /// The longest name, in bytes of UTF-8.
    pub const MAX: usize = 255;
    /// What a name is called of which nothing is left.
    const NAMELESS: &'static str = "file";

    /// Reads a name as a client sent it: folders in front of it are dropped, invisible and direction-changing
    /// characters replaced, the rest composed (NFC).
    ///
    /// # Errors
    ///
    /// [`BadName`].
    pub fn new(sent: &[u8]) -> Result<Self, BadName> {
        if sent.len() > Self::MAX {
            return Err(BadName::TooLong);
        }
        let sent = std::str::from_utf8(sent).map_err(|_| BadName::NotUtf8)?;
        let last = sent.rsplit(['/', '\\']).next().unwrap_or_default();
        let shown: String = last.nfc().map(|c| if is_hidden(c) { '\u{fffd}' } else { c }).collect();
        // What some systems cut off or hide: white space and dots at either end.
        let shown = shown.trim().trim_end_matches(['.', ' ']);
        let shown = match shown.strip_prefix('.') {
            Some(rest) => format!("_{rest}"),
            None => shown.to_owned(),
        };
        Ok(Self(if shown.is_empty() { Self::NAMELESS.to_owned() } else { shown }))
    }

    /// A name as it was stored.
    #[must_use]
    pub const fn stored(name: String) -> Self {
        Self(name)
    }

    /// The name.
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

/// Control characters, and the formatting characters that hide text or turn it around.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
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
            assert_eq!(FileName::new(sent.as_bytes()).map(|name| name.0), Ok(shown.to_owned()), "{sent:?}");
        }
        assert_eq!(FileName::new("x".repeat(255).as_bytes()).map(|name| name.0.len()), Ok(255));
        assert_eq!(FileName::new("x".repeat(256).as_bytes()), Err(BadName::TooLong));
        assert_eq!(FileName::new("é".repeat(150).as_bytes()), Err(BadName::TooLong));
        assert_eq!(FileName::new(b"\xc0\xaf.pdf"), Err(BadName::NotUtf8), "overlong");
        assert_eq!(FileName::new(b"\xff.pdf"), Err(BadName::NotUtf8));
        assert_eq!(format!("{:?}", FileName::new(b"ada.pdf")), "Ok([personal])");
    }
}

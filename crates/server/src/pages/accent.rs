//! The shades of an account's colour that pages use. Any colour is accepted. A shade that would not be legible is
//! darkened or lightened until it is.

use std::fmt::Write as _;

use dossier_core::colour::Colour;

/// WCAG 2.2, 1.4.3, level AA: text of normal size.
const TEXT: f64 = 4.5;
/// WCAG 2.2, 1.4.11: the edge of a button, the focus ring, a bar.
const EDGE: f64 = 3.0;

/// A colour scheme: its backgrounds, and the contrast that colours need on them. `tokens.css` has the same backgrounds.
struct Scheme {
    paper: &'static str,
    back: &'static str,
    /// The colour that a shade is mixed with until it is legible.
    away: Colour,
    /// The contrast of links and bars. On a dark page, thin strokes need more than the guidelines ask.
    text: f64,
    /// How much of the colour is in the background of marked content, in 256ths.
    tint: u8,
}

const LIGHT: Scheme = Scheme { paper: "#ffffff", back: "#f4f6f9", away: Colour::BLACK, text: TEXT, tint: 20 };
const DARK: Scheme = Scheme { paper: "#181c24", back: "#0f1218", away: Colour::WHITE, text: 6.0, tint: 30 };

/// The shades of one colour in one scheme.
struct Accent {
    /// The background of the main button.
    fill: Colour,
    /// The text on it.
    on_fill: Colour,
    /// The edge of the button, which stands out from the page whatever the button's background.
    edge: Colour,
    /// Links, bars and the focus ring.
    text: Colour,
    /// The background of marked content, such as a step or a notice.
    tint: Colour,
}

impl Accent {
    fn of(colour: Colour, scheme: &Scheme) -> Self {
        let ground = |text| Colour::new(text).unwrap_or(Colour::WHITE);
        let (paper, back) = (ground(scheme.paper), ground(scheme.back));
        let edge = distinct_from(&[paper, back], EDGE, colour, scheme.away);
        let tint = paper.mixed(edge, scheme.tint);
        // On a light page the button has exactly the account's colour. A dark colour would vanish on a dark page.
        let fill = if scheme.away == Colour::WHITE { edge } else { colour };
        let on_fill = if Colour::WHITE.contrast(fill) >= TEXT { Colour::WHITE } else { Colour::BLACK };
        Self { fill, on_fill, edge, text: distinct_from(&[paper, back, tint], scheme.text, colour, scheme.away), tint }
    }

    fn declarations(&self) -> String {
        let Self { fill, on_fill, edge, text, tint } = self;
        format!("--accent: {fill}; --on-accent: {on_fill}; --edge: {edge}; --link: {text}; --tint: {tint};")
    }
}

/// The shade nearest to `colour`, on the way to `away`, that has enough contrast with all backgrounds.
fn distinct_from(grounds: &[Colour], least: f64, colour: Colour, away: Colour) -> Colour {
    let is_distinct = |parts: u8| grounds.iter().all(|ground| colour.mixed(away, parts).contrast(*ground) >= least);
    // The contrast grows with the distance, so a binary search finds the nearest.
    let (mut low, mut high) = (0, u8::MAX);
    while low < high {
        let middle = low + (high - low) / 2;
        if is_distinct(middle) { high = middle } else { low = middle + 1 }
    }
    colour.mixed(away, low)
}

/// The style sheet that replaces the colours of `form.css` with shades of the account's colour.
#[must_use]
pub fn style(colour: Colour) -> String {
    let [light, dark] = [LIGHT, DARK].map(|scheme| Accent::of(colour, &scheme).declarations());
    let mut style = format!(":root {{ {light} }}\n");
    let _ = writeln!(style, "@media (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}");
    style
}

/// The icon of the browser tab, in the account's colour.
#[must_use]
pub fn icon(colour: Colour) -> String {
    let Accent { fill, on_fill, .. } = Accent::of(colour, &LIGHT);
    include_str!("../../assets/form/icon.svg")
        .replace(DEFAULT, &fill.to_string())
        .replace("#ffffff", &on_fill.to_string())
}

/// The colour of accounts without their own, as written in `tokens.css` and `icon.svg`.
const DEFAULT: &str = "#1f4fbf";

#[cfg(test)]
mod tests {
    use super::*;

    fn colour(text: &str) -> Colour {
        Colour::new(text).expect("a colour")
    }

    /// Greys, pure hues, typical brand colours, and a grid over all of sRGB.
    fn many() -> Vec<Colour> {
        let named = ["#0b5fff", "#7a1f5c", "#ffcc00", "#ff5a00", "#00d1b2", "#0a1a4f", "#767676", "#777777", "#fefefe"];
        let levels = [0x00, 0x22, 0x44, 0x66, 0x80, 0x99, 0xbb, 0xdd, 0xff];
        let grid = levels.iter().flat_map(|red| levels.iter().map(move |green| (red, green)));
        let grid =
            grid.flat_map(|(red, green)| levels.iter().map(move |blue| format!("#{red:02x}{green:02x}{blue:02x}")));
        named.map(ToOwned::to_owned).into_iter().chain(grid).map(|text| colour(&text)).collect()
    }

    #[test]
    fn every_shade_of_every_colour_is_legible_and_stands_out_from_the_page() {
        for given in many() {
            for (scheme, inks) in [(&LIGHT, ["#141a26", "#4b5565"]), (&DARK, ["#eef1f6", "#b0b9c8"])] {
                let Accent { fill, on_fill, edge, text, tint } = Accent::of(given, scheme);
                let (paper, back) = (colour(scheme.paper), colour(scheme.back));
                let mut pairs = vec![("text on the button", on_fill, fill, TEXT)];
                for ground in [paper, back] {
                    pairs.push(("edge", edge, ground, EDGE));
                    pairs.push(("link", text, ground, TEXT));
                }
                pairs.push(("link on marked content", text, tint, TEXT));
                pairs.extend(inks.map(|ink| ("text on marked content", colour(ink), tint, TEXT)));
                for (what, one, other, least) in pairs {
                    let contrast = one.contrast(other);
                    assert!(contrast >= least, "{given}, {what}: {one} on {other} has {contrast:.2}");
                }
            }
        }
    }

    #[test]
    fn a_legible_colour_is_not_changed() {
        let of = |text: &str| Accent::of(colour(text), &LIGHT);
        for (given, fill, on_fill, text) in [
            ("#1f4fbf", "#1f4fbf", "#ffffff", "#1f4fbf"),
            ("#000000", "#000000", "#ffffff", "#000000"),
            ("#ffcc00", "#ffcc00", "#000000", "#896e00"),
            ("#ffffff", "#ffffff", "#000000", "#717171"),
        ] {
            let Accent { fill: has, on_fill: has_on, text: has_text, .. } = of(given);
            assert_eq!([has, has_on, has_text].map(|colour| colour.to_string()), [fill, on_fill, text], "{given}");
        }
    }

    /// The declarations of a scheme in `tokens.css`: the first block is light, the second dark.
    fn declared(block: usize) -> Vec<(&'static str, Colour)> {
        let css = include_str!("../../assets/tokens.css");
        let block = css.split(":root {").nth(block).and_then(|rest| rest.split('}').next()).unwrap_or_default();
        let pairs = block.split(';').filter_map(|line| line.trim().split_once(": "));
        pairs.filter_map(|(name, value)| Some((name.rsplit("*/").next()?.trim(), Colour::new(value).ok()?))).collect()
    }

    #[test]
    fn the_style_sheet_has_the_backgrounds_and_shades_that_are_assumed_here() {
        for (block, scheme) in [(1, LIGHT), (2, DARK)] {
            let of = |name: &str| declared(block).into_iter().find(|(known, _)| *known == name).expect(name).1;
            let Accent { fill, on_fill, edge, text, tint } = Accent::of(colour(DEFAULT), &scheme);
            for (name, expected) in [
                ("--paper", colour(scheme.paper)),
                ("--back", colour(scheme.back)),
                ("--accent", fill),
                ("--on-accent", on_fill),
                ("--edge", edge),
                ("--link", text),
                ("--tint", tint),
            ] {
                assert_eq!(of(name).to_string(), expected.to_string(), "{name} in block {block}");
            }
        }
    }

    #[test]
    fn text_of_the_style_sheet_is_legible_on_each_of_its_backgrounds() {
        for block in [1, 2] {
            let of = |name: &str| declared(block).into_iter().find(|(known, _)| *known == name).expect(name).1;
            for (text, grounds, least) in [
                ("--ink", &["--paper", "--back", "--tint", "--bad-back", "--good-back", "--warn-back"][..], TEXT),
                ("--soft", &["--paper", "--back", "--tint", "--bad-back", "--good-back", "--warn-back"], TEXT),
                ("--bad", &["--paper", "--back", "--bad-back"], TEXT),
                ("--good", &["--paper", "--back", "--good-back"], TEXT),
                ("--warn", &["--paper", "--back", "--warn-back"], TEXT),
                ("--line", &["--paper", "--back"], EDGE),
            ] {
                for ground in grounds {
                    let contrast = of(text).contrast(of(ground));
                    assert!(contrast >= least, "{text} on {ground} in block {block}: {contrast:.2}");
                }
            }
        }
    }

    #[test]
    fn the_icon_has_the_colour_of_the_account() {
        assert!(icon(colour("#7a1f5c")).contains("#7a1f5c"));
        let yellow = icon(colour("#ffcc00"));
        assert!(yellow.contains("#ffcc00") && yellow.contains("#000000") && !yellow.contains("#ffffff"), "{yellow}");
    }
}

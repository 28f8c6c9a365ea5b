//! Guides from Markdown to HTML. maud escapes everything, and HTML in a guide is shown as text.

use maud::{Markup, PreEscaped, html};
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag};

/// What a guide can name, and what of it is here.
pub(super) trait Shelf {
    /// Where a link leads, or nothing if what it names is not here.
    fn resolve(&self, target: &str) -> Option<String>;
    /// The title of the guide in this file, which is shown instead of the name of the file.
    fn title(&self, file: &str) -> Option<&str>;
    /// The width and height of a picture.
    fn size(&self, picture: &str) -> Option<(u32, u32)>;
}

pub(super) struct Document {
    pub(super) title: String,
    pub(super) body: Markup,
    /// The text by heading, in order. The first is the title.
    pub(super) sections: Vec<Section>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Section {
    pub(super) level: usize,
    pub(super) title: String,
    pub(super) anchor: String,
    pub(super) text: String,
}

/// Renders a guide.
#[must_use]
pub(super) fn document(text: &str, shelf: &dyn Shelf) -> Document {
    let events = Parser::new_ext(text, Options::ENABLE_TABLES);
    let mut renderer = Renderer { events, shelf, sections: Vec::new(), said: String::new(), table: Vec::new() };
    let body = renderer.inside();
    let title = renderer.sections.first().map(|section| section.title.clone()).unwrap_or_default();
    Document { title, body, sections: renderer.sections }
}

/// Headings, each with links: a text, and where it leads.
type Groups = Vec<(String, Vec<(String, String)>)>;

/// The items of the lists below each heading of the second level: the text of the first link, and where it leads.
#[must_use]
pub(super) fn lists(text: &str) -> Groups {
    let (mut groups, mut heading, mut link) = (Groups::new(), false, None);
    let mut is_first = false;
    for event in Parser::new(text) {
        match event {
            Event::Start(Tag::Heading { level: HeadingLevel::H2, .. }) => {
                heading = true;
                groups.push(Default::default());
            }
            Event::Start(Tag::Item) => is_first = true,
            Event::Start(Tag::Link { dest_url, .. }) if is_first => {
                (link, is_first) = (Some((String::new(), dest_url.into_string())), false);
            }
            Event::End(pulldown_cmark::TagEnd::Heading(_)) => heading = false,
            Event::End(pulldown_cmark::TagEnd::Link) => {
                if let (Some(link), Some((_, items))) = (link.take(), groups.last_mut()) {
                    items.push(link);
                }
            }
            Event::Text(part) | Event::Code(part) => match (&mut link, groups.last_mut()) {
                (Some((name, _)), _) => name.push_str(&part),
                (None, Some((title, _))) if heading => title.push_str(&part),
                _ => {}
            },
            _ => {}
        }
    }
    groups
}

/// The anchor of a heading, as GitHub and GitLab make it.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

struct Renderer<'a> {
    events: Parser<'a>,
    shelf: &'a dyn Shelf,
    sections: Vec<Section>,
    /// All text so far.
    said: String,
    /// The heads of the columns of the current table.
    table: Vec<String>,
}

impl<'a> Renderer<'a> {
    /// Everything up to the end of the current element.
    fn inside(&mut self) -> Markup {
        let mut inside = String::new();
        while let Some(event) = self.events.next() {
            let part = match event {
                Event::End(_) => break,
                Event::Start(tag) => self.element(tag),
                Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => self.text(&text),
                Event::Code(code) => html! { code { (self.text(&code)) } },
                Event::SoftBreak => self.text(" "),
                Event::HardBreak => html! { br; },
                Event::Rule => html! { hr; },
                Event::FootnoteReference(_)
                | Event::TaskListMarker(_)
                | Event::InlineMath(_)
                | Event::DisplayMath(_) => {
                    continue;
                }
            };
            inside.push_str(&part.0);
        }
        PreEscaped(inside)
    }

    /// A text, which can be found below its heading.
    fn text(&mut self, text: &str) -> Markup {
        self.said.push_str(text);
        if let Some(section) = self.sections.last_mut() {
            section.text.push_str(text);
        }
        html! { (text) }
    }

    /// The end of a block, where words end as well.
    fn block(&mut self) -> Markup {
        let inside = self.inside();
        self.text(" ");
        inside
    }

    fn element(&mut self, tag: Tag<'a>) -> Markup {
        match tag {
            Tag::Paragraph => html! { p { (self.block()) } },
            Tag::Heading { level, .. } => self.heading(level),
            Tag::BlockQuote(_) => html! { blockquote { (self.block()) } },
            // What follows the language in the info string is for the tests.
            Tag::CodeBlock(_) => html! { pre { code { (self.block()) } } },
            Tag::List(Some(first)) => html! { ol start=[(first != 1).then_some(first)] { (self.block()) } },
            Tag::List(None) => html! { ul { (self.block()) } },
            Tag::Item => html! { li { (self.block()) } },
            Tag::Emphasis => html! { em { (self.inside()) } },
            Tag::Strong => html! { strong { (self.inside()) } },
            Tag::Link { dest_url, .. } => {
                let inside = self.inside();
                match (self.shelf.resolve(&dest_url), self.shelf.title(&inside.0)) {
                    (Some(url), Some(title)) => html! { a href=(url) { (title) } },
                    (Some(url), None) => html! { a href=(url) { (inside) } },
                    (None, _) => inside,
                }
            }
            Tag::Image { dest_url, .. } => self.image(&dest_url),
            Tag::Table(_) => {
                self.table.clear();
                html! { table.guide-table { (self.inside()) } }
            }
            Tag::TableHead => html! { thead { tr { (self.cells(true)) } } },
            Tag::TableRow => html! { tr { (self.cells(false)) } },
            _ => self.inside(),
        }
    }

    fn heading(&mut self, level: HeadingLevel) -> Markup {
        let begun = self.sections.len();
        self.sections.push(Section {
            level: level as usize,
            title: String::new(),
            anchor: String::new(),
            text: String::new(),
        });
        let inside = self.inside();
        let title = std::mem::take(&mut self.sections[begun].text);
        let plain = anchor(&title);
        let known = |anchor: &str| self.sections.iter().any(|section| section.anchor == anchor);
        let numbered = || (1..).map(|number| format!("{plain}-{number}")).find(|anchor| !known(anchor));
        let anchor = if known(&plain) { numbered().unwrap_or_default() } else { plain.clone() };
        let link = html! { a.anchor href={ "#" (anchor) } { (inside) } };
        let heading = match level {
            HeadingLevel::H1 => html! { h1 id=(anchor) { (inside) } },
            HeadingLevel::H2 => html! { h2 id=(anchor) { (link) } },
            HeadingLevel::H3 => html! { h3 id=(anchor) { (link) } },
            _ => html! { h4 id=(anchor) { (link) } },
        };
        let section = &mut self.sections[begun];
        (section.title, section.anchor) = (title, anchor);
        heading
    }

    /// A picture, or what it shows in words if it is not here.
    fn image(&mut self, url: &str) -> Markup {
        let words = self.words();
        match (self.shelf.resolve(url), self.shelf.size(url)) {
            (Some(source), Some((width, height))) => {
                html! { img src=(source) alt=(words) width=(width) height=(height) loading="lazy"; }
            }
            _ => html! { em { (words) } },
        }
    }

    /// The words of the current element, which are not shown as its content.
    fn words(&mut self) -> String {
        let (mut words, mut depth) = (String::new(), 0);
        for event in self.events.by_ref() {
            match event {
                Event::Start(_) => depth += 1,
                Event::End(_) if depth == 0 => break,
                Event::End(_) => depth -= 1,
                Event::Text(text) | Event::Code(text) => words.push_str(&text),
                Event::SoftBreak | Event::HardBreak => words.push(' '),
                _ => {}
            }
        }
        words
    }

    /// The cells of a row. On a narrow screen each is labelled with the head of its column.
    fn cells(&mut self, is_head: bool) -> Markup {
        let (mut cells, mut column) = (String::new(), 0);
        while let Some(event) = self.events.next() {
            match event {
                Event::Start(Tag::TableCell) => {
                    let before = self.said.len();
                    let inside = self.block();
                    let cell = match is_head {
                        true => {
                            self.table.push(self.said[before..].trim().to_owned());
                            html! { th scope="col" { (inside) } }
                        }
                        false => html! { td data-label=[self.table.get(column)] { (inside) } },
                    };
                    cells.push_str(&cell.0);
                    column += 1;
                }
                _ => break,
            }
        }
        PreEscaped(cells)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Known;

    impl Shelf for Known {
        fn resolve(&self, target: &str) -> Option<String> {
            target.starts_with("known").then(|| format!("/docs/{target}"))
        }

        fn title(&self, file: &str) -> Option<&str> {
            (file == "known.md").then_some("What is known")
        }

        fn size(&self, picture: &str) -> Option<(u32, u32)> {
            (picture == "known.png").then_some((3, 2))
        }
    }

    fn rendered(text: &str) -> Document {
        document(text, &Known)
    }

    #[test]
    fn html_is_shown_as_text_and_links_that_lead_nowhere_are_text() {
        let body = rendered("a <b>b</b> `c<d` [in](known#x) [out](../main.rs), [known.md](known)\n\n<script>\n").body.0;
        assert_eq!(
            body,
            "<p>a &lt;b&gt;b&lt;/b&gt; <code>c&lt;d</code> <a href=\"/docs/known#x\">in</a> out, \
             <a href=\"/docs/known\">What is known</a></p>&lt;script&gt;\n"
        );
    }

    #[test]
    fn headings_are_anchors_and_begin_sections() {
        let document = rendered("# One `two`\n\nText.\n\n## If it's *late*\n\nMore\ntext.\n\n## If its late\n");
        assert_eq!(document.title, "One two");
        let sections: Vec<_> =
            document.sections.iter().map(|one| (one.level, one.anchor.as_str(), one.text.trim())).collect();
        assert_eq!(sections, [(1, "one-two", "Text."), (2, "if-its-late", "More text."), (2, "if-its-late-1", "")]);
        assert!(document.body.0.contains("<h2 id=\"if-its-late\"><a class=\"anchor\" href=\"#if-its-late\">If it's "));
    }

    #[test]
    fn cells_are_labelled_and_pictures_have_their_size() {
        let body = rendered(
            "| A | B |\n| --- | --- |\n| 1 | |\n\n![A cat](known.png) ![A dog](dog.png)\n\n```sh no-run x\nls\n```\n",
        )
        .body
        .0;
        assert_eq!(
            body,
            "<table class=\"guide-table\"><thead><tr><th scope=\"col\">A</th><th scope=\"col\">B</th></tr></thead><tr>\
             <td data-label=\"A\">1</td><td data-label=\"B\"></td></tr></table><p><img src=\"/docs/known.png\" \
             alt=\"A cat\" width=\"3\" height=\"2\" loading=\"lazy\"> <em>A dog</em></p><pre><code>ls\n</code></pre>"
        );
    }

    #[test]
    fn lists_name_the_first_link_of_each_item() {
        let groups = lists("# A\n\n## Do\n\n- [One](a.md): b [c](d.md)\n- [Two `x`](e.md#f)\n\n## See\n");
        let item = |name: &str, url: &str| (name.to_owned(), url.to_owned());
        let expected = vec![item("One", "a.md"), item("Two x", "e.md#f")];
        assert_eq!(groups, [("Do".to_owned(), expected), ("See".to_owned(), vec![])]);
    }
}

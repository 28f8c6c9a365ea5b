//! The JSON of one page of a list. A large page holds a share of the memory that requests have in common.

use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use dossier_core::disclosure::Disclosure;
use http::header;

use super::budget::Share;
use super::context::RequestContext;
use super::problem::Problem;
use super::state::AppState;

/// The most bytes on a page. A page with a single item may be larger.
const MAX_PAGE: usize = 1_024 * 1_024;
/// A page up to this size takes no share of the common memory.
const SMALL_PAGE: usize = 64 * 1_024;
/// The share of a larger page: its largest size, and as much again for the buffer that it outgrew.
const SHARE: u64 = 2 * MAX_PAGE as u64;
/// How many items are loaded without a share.
pub const FEW_ITEMS: usize = 16;
/// The most items that are loaded and opened at a time, before they are written.
pub const PORTION: usize = 100;
/// The share for one portion.
const PORTION_SHARE: u64 = 256 * 1_024;
/// The bytes that a short item needs in the buffer.
const TYPICAL_ITEM: usize = 512;

/// A page that is being written.
pub struct PageWriter<'a> {
    app: &'a AppState,
    context: &'a RequestContext,
    json: Vec<u8>,
    /// The start of the item that is being written, including its comma.
    item: usize,
    is_empty: bool,
    share: Option<Share>,
}

impl<'a> PageWriter<'a> {
    #[must_use]
    pub fn begin(app: &'a AppState, context: &'a RequestContext) -> Self {
        let json = b"{\"items\":[".to_vec();
        Self { app, context, item: json.len(), json, is_empty: true, share: None }
    }

    /// Makes room for the next items before they are loaded: at most [`PORTION`]. It fails with 503 when there is no
    /// memory for them.
    pub fn make_room(&mut self, items: usize) -> Result<(), Problem> {
        if self.share.is_none() {
            self.share = room_for(self.app, self.context, items)?;
        }
        Ok(())
    }

    /// Prepares the buffer for this many items, which will be written next.
    pub fn expect(&mut self, items: usize) {
        self.json.reserve((TYPICAL_ITEM * (items + 1)).min(SMALL_PAGE));
    }

    /// The buffer to write the next item to.
    pub fn item(&mut self) -> &mut Vec<u8> {
        self.item = self.json.len();
        if !self.is_empty {
            self.json.push(b',');
        }
        &mut self.json
    }

    /// Returns whether the item just written fits on this page. If not, it is removed again, and the page is full. It
    /// fails with 503 when the page has become large and its caller, or all callers together, hold too much memory.
    pub fn keep(&mut self) -> Result<bool, Problem> {
        if self.json.len() > MAX_PAGE && !self.is_empty {
            self.json.truncate(self.item);
            return Ok(false);
        }
        if self.json.len() > SMALL_PAGE {
            match &mut self.share {
                Some(share) => share.grow_to(SHARE)?,
                none => *none = Some(self.app.body_bytes.take(self.context.claimants(), SHARE)?),
            }
        }
        self.is_empty = false;
        Ok(true)
    }

    /// The response, with the member that leads to the next page. Its share is returned once the client has received
    /// it.
    #[must_use]
    pub fn end(mut self, sees: Disclosure, next: &str) -> Response {
        self.json.extend_from_slice(b"],");
        self.json.extend_from_slice(next.as_bytes());
        self.json.push(b'}');
        let held = Held { json: sees.json(self.json), _share: self.share };
        ([(header::CONTENT_TYPE, "application/json")], Bytes::from_owner(held)).into_response()
    }
}

/// The memory for items before they are loaded. A few need none.
pub fn room_for(app: &AppState, context: &RequestContext, items: usize) -> Result<Option<Share>, Problem> {
    if items <= FEW_ITEMS {
        return Ok(None);
    }
    Ok(Some(app.body_bytes.take(context.claimants(), PORTION_SHARE)?))
}

struct Held {
    json: Vec<u8>,
    _share: Option<Share>,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.json
    }
}

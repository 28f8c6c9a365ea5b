# The texts of the desk.

skip = Skip to the content
nav = Desk
nav-queue = Queue
nav-search = Search
nav-trail = Audit trail
nav-members = Members
nav-passkeys = Passkeys
nav-sessions = Sessions
sign-out = Sign out
close = Close
or = {" or "}
yes = Yes
no = No
you = you
environment-sandbox = Sandbox
environment-production = Production
go-sandbox = Go to the sandbox
go-production = Go to production
back-to-queue = Back to the queue
back-to-customer = Back to the customer
to-the-desk = Go to the desk

role-viewer = Viewer
role-analyst = Analyst
role-approver = Approver
role-developer = Developer
role-admin = Admin
role-auditor = Auditor
permission-view = see customers
permission-reveal = see numbers in full and evidence
permission-work = work on cases
permission-decide = decide and confirm
permission-read_trail = read the audit trail
permission-manage_members = manage members
permission-manage_keys = look after keys and webhooks
permission-give_access = make keys, or say where webhooks are sent

forbidden-title = You do not have the role for this
forbidden-text = To { $permission } in { $environment }, you need the role { $roles }. An admin can give it to you.
held-title = A colleague holds this case
answer-changed-title = The answer changed
answer-changed-look = See the new answer
answer-changed-text = This answer changed while the page was open, so your verdict was not kept. Compare the new one.
held-text = { $name } is working on it. Take another case. An approver can take this one over on the customer's page.
not-found-title = Not found
not-found-text = There is nothing here, or it belongs to another account or environment.
last-admin-title = An account needs an admin
last-admin-text = This is the last admin. Make another member an admin first.
link-ended-title = This link no longer works
link-ended-text = It was already used, it is older than 30 minutes, or there is a newer link. Ask an admin for another one, or the operator, who runs dossier members link.
invalid-title = The request is not valid
invalid-text = The server could not use what the page sent. Go back and try again.
failed-title = Something went wrong
failed-text = This is not your fault. Try again in a moment.
too-fast-title = Too many attempts
too-fast-text = Wait a minute, and try again.
conflict-title = This is not possible now
conflict-text = Something changed in the meantime. Go back and check.
cross-site-title = This request came from another site
cross-site-text = For your safety, the desk only takes requests from its own pages.
other-host-title = The desk has another address
other-host-text = Open the desk at its own address, and try again.
offline = The server could not be reached. Your last change was not stored. Try again in a moment.

queue-title = Waiting customers
views = Views
view-decide = To decide
view-mine = Mine
view-second = Second person
view-escalated = Escalated
late = { $count ->
    [one] 1 case is late.
   *[other] { $count } cases are late.
}
next = Next case
queue-empty-decide = No customer is waiting for a decision.
queue-empty-filter = No case matches this filter.
queue-empty-mine = You hold no case.
queue-empty-second = No case is waiting for a second person.
queue-empty-escalated = No case was escalated to the approvers.
filter-kind = Kind
filter-country = From
filter-reason = Reason
filter-flag = Flag
filter-any = Any
filter-remove = remove this filter
only-country = Only from { $country }
column-who = Who
column-kind = Kind
column-why = Why
column-changed = Since last
column-flags = Flags
column-age = Waits
column-due = Due
column-with = Held by
kind-individual = Person
kind-corporate = Company
wait-submitted = Submitted
wait-came_back = Came back
wait-changed = Changed after approval
wait-provider_unsure = Provider unsure
wait-proposed = Proposed
escalated = escalated
first-time = First time
changed-fields = { $count ->
    [0] nothing
    [one] 1 field
   *[other] { $count } fields
}
proposed-by = proposed by { $name }
overdue = { $time } late
due-in = in { $time }
pages = Pages
page-before = Previous
page-after = Next page
page-of = Page { $page } of { $pages }
nothing-left-title = No case is free
nothing-left-text = Colleagues may be working on the other cases of this view.

flag-invisible_characters = Invisible characters
flag-impossible_year = Impossible year
flag-locked_pdf = Locked PDF
flag-unusable_picture = Unusable picture
flag-shares_do_not_add_up = Shares do not add up
flag-country_differs = Other country
flag-same_number = Same number
flag-same_file = Same file

state-not_started = Not started
state-in_progress = In progress
state-submitted = Submitted
state-resubmission_required = Asked again
state-abandoned = Abandoned
state-approved = Approved
state-rejected = Rejected
state-offboarded = Offboarded
waits = waits { $time }
version = version { $version }
decide = Decide
copy-link = Copy link
link-needs-script = The link is never shown. To copy it, turn on JavaScript for this site.
held-by-you = You hold this case. It stays yours while this page is open, and for { $minutes } minutes after.
held-by = { $name } holds this case.
held-by-nobody = No one holds this case.
take = Take this case
take-over = Take over
take-over-why = Why are you taking it over?
give-back = Give it back
proposal = { $name } proposed: { $outcome }.
proposal-look = Look at the proposal
proposal-own = You proposed this. Another member must confirm it.
proposal-needs = A member with the role { $roles } must confirm it.
escalated-by = { $name } escalated this case to the approvers:
flags-title = What a machine found
others = Other customers with the same number or file:
persons-title = People
has-control = has control
claims-title = Claimed
progress = { $done } of { $count } looked at
changed = changed
confirmed = The customer says that this is correct as it is:
files = { $count ->
    [0] No file
    [one] 1 file
   *[other] { $count } files
}
items = { $count ->
    [one] 1 entry
   *[other] { $count } entries
}
status-due = Missing
status-error = Wrong
status-pending = Waits for you
verdict-matches = Matches
verdict-differs = Differs
verdict-unsure = Unsure
reveal = Show
number-title = The number in full
evidence-title = Evidence
evidence-none = The customer gave no files.
evidence-hidden = Your roles do not let you see the files.
viewer = Picture. Use the arrow keys to move it.
picture-of = Picture: { $name }
zoom-in = Larger
zoom-out = Smaller
turn = Turn
full-screen = Full screen
open-file = Save the file
pages-of = Pages of { $name }
pages-tools = Page and size
pages-opening = Opening the file …
pages-locked = This PDF opens only with a password, which the desk never asks for. Ask the customer for a file without one.
pages-damaged = This PDF cannot be shown here, because it is damaged or unusual. Save the file to open it in another program, or ask the customer for another file.
pages-unread = The file could not be read. Load the page again, or save the file.
pages-incomplete = Some text of this PDF is missing here, because the desk does not have its characters. Save the file to read it in another program.
pages-need-script = To see the pages here, turn on JavaScript for this site. Or save the file.
mrz = Check digits of the machine-readable zone
mrz-text = Type the lines at the bottom of the document
mrz-check = Check
mrz-unknown = This is not a machine-readable zone, which has two lines of 44 or 36 characters, or three of 30.
mrz-number = Number
mrz-birth_date = Date of birth
mrz-expiry_date = Date of expiry
mrz-all = All together
mrz-right = right
mrz-wrong = wrong
notes-title = Internal notes
notes-none = There are no notes. The customer never sees them.
note-new = New note
note-add = Add the note
note-refused-title = The note was not added
note-required = A note needs some text.
note-too_long = A note has at most { $most } characters. Shorten it, or split it in two.
note-too_many_items = This customer already has the maximum number of notes. Copy the text if you want to keep it.
history-title = History
history-newest = Newest
history-older = Older
history-entry = Entry
history-event = Event
history-delivery = Delivery
history-looks = Looks
history-key = key { $name }
history-to = to
history-looked = { $count ->
    [one] 1 look within the hour
   *[other] { $count } looks within the hour
}
delivery-due = is sent next
delivery-waiting = waits for an earlier delivery, or for its endpoint
delivery-delivered = delivered after { $count ->
    [one] 1 attempt
   *[other] { $count } attempts
}
delivery-again = not accepted after { $count ->
    [one] 1 attempt
   *[other] { $count } attempts
}
delivery-failed = given up after { $count ->
    [one] 1 attempt
   *[other] { $count } attempts
}
delivery-next = next attempt

decide-title = Decide: { $name }
tally = The verdicts
tally-matching = { $count ->
    [one] 1 matches
   *[other] { $count } match
}
tally-doubtful = { $count ->
    [one] 1 differs or is unsure
   *[other] { $count } differ or are unsure
}
tally-open = { $count } missing or wrong
tally-unjudged = { $count } not looked at
decision-outcome = Decision
decision-again = What the customer must give again
decision-rails = Rails
decision-rails-approve = Rails that an approval opens
decision-reasons = Reasons
decision-comment = What the customer reads
decision-comment-in = What the customer reads, in their language: { $language }
decision-comment-hint = If you leave this empty, the texts of the reasons are used. The preview shows them.
decision-nothing = Nothing
decision-note = Internal note, which the customer never sees
escalation-hint = The approvers read it. Say what they should look at.
reason-confidential = the customer never sees this reason
outcome-approve = Approve
outcome-request_resubmission = Ask again
outcome-reject = Reject
outcome-offboard = Offboard
outcome-reinstate = Reinstate
outcome-escalate = Escalate to the approvers
not-approve = Not possible: something is missing, doubtful, or not looked at.
not-ask = Not possible: nothing is missing or doubtful.
not-state = Not possible in this state.
preview = Preview
preview-title = { $name }: this will happen
confirm = Confirm
propose = Propose
change = Change it
withdraw = Take the proposal back
decline = Decline the proposal
will-approve = The customer is approved, and your systems get an event.
will-request_resubmission = The customer gets a new link, which your systems send, and the clock stops until the customer answers.
will-reject = The customer is rejected, and your systems get an event.
will-offboard = The relationship ends, and your systems get an event.
will-reinstate = The relationship starts again, and your systems get an event.
will-escalate = The case goes to the approvers. You no longer hold it.
will-propose = Nothing is decided yet. Another member must confirm your proposal.
stale = The record changed while you decided. What you entered is kept below. These fields changed:
stale-look = Look at the customer again
after-approve = Approved.
after-request_resubmission = Asked again.
after-reject = Rejected.
after-offboard = Offboarded.
after-reinstate = Reinstated.
after-escalate = Escalated to the approvers.
after-proposed = Proposed. Another member must confirm it.
after-confirmed = Confirmed. The decision is made.

shortcuts-title = Shortcuts
shortcuts-off = Turn shortcuts off
shortcuts-off-text = Shortcuts never work while you type in a field: press Tab to leave it.
shortcuts-anywhere = Everywhere
shortcuts-customer = At a customer
shortcuts-decision = While deciding
shortcut-next = Next case
shortcut-move = Next and previous row, claim or reason
shortcut-search = Search
shortcut-trail = Audit trail
shortcut-queue = Queue
shortcut-view = A view of the queue
shortcut-back = Back
shortcut-list = This list
shortcut-matches = The claim matches
shortcut-differs = The claim differs from its evidence
shortcut-unsure = Unsure about the claim
shortcut-file = Show a file
shortcut-zoom = Larger, smaller
shortcut-turn = Turn
shortcut-page = Previous and next page of a PDF
shortcut-full-screen = Full screen
shortcut-take = Take the case, or take it over
shortcut-note = Write a note
shortcut-decide = Decide
shortcut-approve = Approve
shortcut-ask = Ask again
shortcut-reject = Reject
shortcut-escalate = Escalate
shortcut-offboard = Offboard
shortcut-reinstate = Reinstate
shortcut-text = Write to the customer
shortcut-preview = Preview
shortcut-confirm = Confirm

search-text = E-mail address, number, id, or name
found = { $count ->
    [0] Nothing was found.
    [one] 1 customer was found.
   *[other] { $count } customers were found.
}
found-partial = There may be more. Type more of the name.
trail-action = Action
trail-every = Every action
trail-actor = By
trail-anyone = Anyone
trail-actor-member = Members
trail-actor-key = API keys
trail-actor-session = Customers in the form
trail-actor-operator = The command line
trail-actor-system = Dossier itself
trail-about = Customer ID
trail-unknown = This is not a customer ID.
trail-show = Show
trail-none = No entry matches.
trail-none-here = None of the entries searched so far match. Older ones may.
trail-customer = Customer
found-no-number = No customer has this number or ID. Names were not searched.
search-names = Search the names
shortcuts-are-on = Turn shortcuts off
shortcuts-are-off = Turn shortcuts on

sign-in-title = Sign in
sign-in-again = Sign in
sign-in-passkey = Use a passkey
sign-in-provider = Use your company account
sign-in-help = I have no passkey, or lost it
sign-in-help-admin = Ask an admin of your account for a one-time link. It signs you in, and then you can add a passkey.
sign-in-help-operator = If you are the admin, the operator of this server can make one with this command:
fresh-title = Confirm that it is you
fresh-text = For this, your last sign-in must not be older than 10 minutes. You are signed in as
passkey = Passkey
passkey-needs-script = Passkeys need JavaScript. Turn it on for this site.
passkey-unsupported = This browser does not support passkeys. Use another browser, or a one-time link.
passkey-cancelled = No passkey was used. Try again when you are ready.
passkey-unknown = This passkey is no longer registered. Use another one, or ask an admin for a one-time link.
passkey-duplicate = This device already has a passkey for you.
passkey-not-stored = The device did not store the passkey. Use another device.
passkey-not-verified = The device did not check that it is you. Set up a PIN, a fingerprint or your face on it, and try again.
passkey-copied = This passkey may have been copied, so it is not accepted. Use another one, and remove it from your passkeys.
passkey-invalid = This did not work. Try again.
link-title = Sign in with a one-time link
link-text = This link signs you in to the desk. It works once.
link-use = Sign in
link-hint = If you did not ask for it, close this page and tell an admin.

provider-title = You are not signed in
provider-unreachable = Your company’s sign-in could not be reached, or the desk does not understand its response. Try again in a moment. If the problem remains, tell the operator of this server, whose log has the cause.
provider-refused = Your company’s sign-in did not let you in.
provider-other = This sign-in was started in another browser, or too long ago. Start again.
provider-token = The response of your company’s sign-in is not valid. Tell the operator of this server, whose log has the cause.
provider-no-roles-title = You have no role at the desk
provider-no-roles-text = Your company’s sign-in knows you, but gives you no role here. The people who manage your groups there can change that.
stranger-title = You are not a member yet
stranger-text = Your company’s sign-in knows you as { $email }, and no member has this address.
stranger-no-email = Your company’s sign-in knows you, but gives no verified e-mail address by which the desk could find you.
stranger-help = Ask an admin to invite you with this address.

passkeys-title = Your passkeys
passkeys-text = A passkey signs you in with your fingerprint, face or PIN, or with a security key. There are no passwords.
passkeys-new = You are signed in. Add a passkey now, because the link does not work a second time.
passkeys-none = You have no passkey.
passkeys-later = Continue without adding a passkey
passkey-add-title = Add a passkey
passkey-add = Add a passkey
passkey-name = Name of the passkey
passkey-fresh = To add or remove a passkey, confirm first that it is you.
passkey-added = Added { $time }
passkey-change = Rename or remove
passkey-rename = Rename
passkey-remove = Remove
passkey-remove-text = You can then no longer sign in with it. Sessions that it opened stay open; you can end them.
last-used = last used { $time }

sessions-title = Sessions
sessions-text = Each browser in which you are signed in. A session ends after 30 minutes without use, and after 12 hours in any case. Times are in UTC.
sessions-none = No session is open.
sessions-end-others = End all others
sessions-end-all = End all
session-this = this browser
session-end = End
session-began = Began { $time }
session-ends = ends { $time } at the latest
session-link = One-time link, not used yet
session-unknown = unknown browser
session-by-passkey = { $device }, with a passkey
session-by-oidc = { $device }, with the company account
session-by-link = { $device }, with a one-time link

members-title = Members
member-name = Name
member-email = E-mail address
member-roles = Roles
member-used = Last use
member-never = never
member-no-roles = none
role = Role
role-in = { $role } in { $environment }
invite-title = Invite a member
invite-text = You get a one-time link for them, which works once, within 30 minutes.
invite = Invite
new-link = The link
new-link-title = Link for { $name }
new-link-text = Send it to { $name } over a channel that no one else can read. It signs in the first person who opens it, once, within { $minutes } minutes.
new-link-once = It is shown only now.
back-to-members = Back to the members
member-save = Save
member-link-title = New link
member-link-text = For a member who lost their passkey. An unused earlier link stops working.
member-link = Make a link
member-remove-title = Remove
member-remove-text = Their sessions end at once. Their name remains in the audit trail and in what they wrote.
member-remove = Remove
member-remove-ask = Remove { $name }?
member-keep = Keep

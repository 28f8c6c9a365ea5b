# The texts of the console.

nav-console = Developers
console-nav = Console
console-title = Overview
console-overview = Overview
console-requests = Requests
console-events = Events
console-webhooks = Webhooks
console-keys = Keys
console-sandbox = Sandbox
console-settings = Settings
console-log-off = The log of requests is off (setting request_log). Nothing is counted.
console-errors = Errors of the last 7 days
console-no-errors = No request failed in the last 7 days.
console-traffic = Traffic
copy = Copy
shortcut-console = console

figure-requests = Requests
figure-failed = Refused (4xx)
figure-broken = Failed (5xx)
figure-median = Half took
figure-slowest = 99 of 100 took
figure-attempts = Delivery attempts
figure-accepted = Accepted

errors-code = What
errors-place = Where
errors-operation = Operation
errors-key = Key
errors-count = Count
errors-last = Last
errors-example = Example
errors-first = The first one
errors-more = { $count } more kinds of errors are not shown. Filter the requests to find them.
period-day = 24 hours
period-week = 7 days

chart-time = From (UTC)
chart-table = The numbers
chart-empty = Nothing in this time.
chart-requests = Requests
chart-requests-text = { $count } in all, { $failed } of them refused or failed.
chart-ok = Succeeded
chart-client = Refused (4xx)
chart-server = Failed (5xx)
chart-latency = Time until the response
chart-latency-text = 95 of 100 took { $bound }. A bar is as high as the limit that 95 of 100 kept.
chart-quantiles = 50 · 95 · 99 of 100
chart-deliveries = Delivery attempts
chart-deliveries-text = { $count } in all, { $share } accepted.
chart-accepted = Accepted
chart-refused = Not accepted

requests-title = Requests
requests-text = What your keys asked, newest first. Bodies, names and addresses are never kept. Failed requests are kept before others: of those that succeed, at most 50 a second are listed. Counts are exact.
requests-filter = Filter the requests
requests-status = Status
requests-method = Method
requests-route = Operation
requests-code = Code
requests-pointer = Place
requests-key = Key
requests-from = From (UTC)
requests-to = Until (UTC)
requests-show = Show
requests-clear = Clear
requests-time = Time
requests-request = Request
requests-answer = Response
requests-took = Took
requests-empty = No request matches.
requests-newest = Newest
requests-older = Older
status-2 = 2xx, succeeded
status-4 = 4xx, refused
status-5 = 5xx, failed

request-unknown = No such request
request-unknown-text = The log does not have this request. It is too old, it was not kept because others were, it was made without a valid key, or it belongs to another environment.
request-back = Back to the requests
request-path = Path
request-id = Request id
request-help = Help
request-problem = What { $code } means, and what to do
request-wrong = What is wrong in it
request-led = What it led to
request-nothing = It wrote nothing to the audit trail: it only read, it was refused before it changed anything, or it repeated a request that was answered before.
request-no-delivery = No webhook wants this type of event, or its deliveries were deleted.
request-no-attempt = It was not attempted yet, or the attempts were deleted.
request-entry = entry { $number }
request-curl = As curl
request-curl-text = Set DOSSIER_API_KEY in your shell, and put the body into a file. Neither is kept here.
request-copy = Copy as curl
history-request = Request
history-attempt = Attempt
delivery-state-pending = waiting
delivery-state-delivered = delivered
delivery-state-failed = given up

events-title = Events
events-text = What happened to customers, newest first. The customers themselves are not shown here.
events-filter = Filter the events
events-empty = No event here.
events-time = Time
events-type = Type
events-customer = Customer
events-id = Event id
events-cursor = Position

webhooks-title = Webhooks
webhooks-text = Where events are sent.
webhooks-empty = No webhook is registered.
webhooks-full = There are { $count } webhooks, and there can be no more.
webhooks-url = URL
webhooks-state = State
webhooks-types = Events
webhooks-key = Key that signs
webhooks-since = Since
webhooks-back = Back to the webhooks
webhook-new = Register a webhook
webhook-url = URL
webhook-types = Which events
webhook-key = Key that signs
webhook-key-text = Deliveries carry a signature made with this key. It must be allowed to read events.
webhook-needs-key = First create a key that may read events (events:read). It signs the deliveries.
webhook-register = Register
webhook-registered = The webhook is registered
webhook-secret = Secret
webhook-secret-text = Receivers check the signature of Standard Webhooks with this secret.
webhook-to = Go to the webhook
webhook-active = Active
webhook-failing = Failing
webhook-since = since
webhook-disabled = Disabled
webhook-id = Webhook id
webhook-enable-title = Enable it, or let another key sign
webhook-enable-text = Waiting deliveries are sent at once.
webhook-enable = Enable
webhook-delete-title = Delete this webhook
webhook-delete-text = Its waiting deliveries are deleted as well. Events stay in the list of events.
webhook-delete = Delete
webhook-keep = Keep it
webhook-resent = { $count ->
    [0] No delivery was sent again.
    [one] 1 delivery is sent again.
   *[other] { $count } deliveries are sent again.
}
deliveries-title = Deliveries
deliveries-empty = Nothing was sent here yet.
deliveries-created = Event of
deliveries-event = Event
deliveries-customer = Customer
deliveries-state = State
deliveries-answer = Last response
deliveries-next = Next attempt
deliveries-again = Again
delivery-resend = Send again
delivery-tries = { $count ->
    [0] no attempt
    [one] 1 attempt
   *[other] { $count } attempts
}
resend-title = Send failed deliveries again
resend-text = Every delivery that was given up and whose event is of this time, oldest first, at most 1,000 at once.
resend-failed = Send them again

keys-title = API keys
keys-text = Who may call the API. Before you create, roll or revoke a key, you sign in again.
keys-empty = There is no key.
keys-name = Name
keys-hint = Key
keys-scopes = May
keys-state = State
keys-used = Last used
keys-created = Created
keys-do = Actions
keys-back = Back to the keys
key-new = New key
key-name = Name
key-scopes = What it may do
key-days = How long it works
key-days- = Until it is revoked
key-days-1 = 1 day
key-days-30 = 30 days
key-days-90 = 90 days
key-days-365 = 1 year
key-wrong = Give the key a name and at least one thing that it may do.
key-create = Create the key
key-new-title = The new key { $name }
key-new-text = Store it where your program finds it.
key-key = Key
key-once = It is shown this once. Dossier keeps no copy of it.
key-stored = I stored it
key-active = Active
key-expired = Expired
key-revoked = Revoked
key-ends = until
key-never = Never
key-roll = Roll
key-roll-title = Roll the key { $name }
key-roll-text = A new key with the same rights works at once. The old one works until the overlap ends.
key-overlap = The old key works for
overlap-0 = not any longer
overlap-1 = 1 hour
overlap-24 = 1 day
overlap-168 = 7 days
key-revoke = Revoke
key-revoke-title = Revoke the key { $name }
key-revoke-text = Requests with it are refused within a second. Webhooks that it signs send nothing until another key signs them.
key-ended-title = The key has ended
key-ended-text = It was revoked, has expired, or was rolled already. Roll its successor.

sandbox-title = Sandbox
sandbox-simulated = Done. The customer moved on.
sandbox-advanced = Done. The clock was advanced.
sandbox-more = The API can do the same and more, such as asking a customer again.
sandbox-docs = See the reference
simulate-title = Make something happen to a customer
simulate-text = As if a reviewer or the customer had done it. Events and webhooks follow as always.
simulate-customer = Customer id
simulate-action = What happens
simulate = Make it happen
clock-title = Clock
clock-now = In this sandbox it is
clock-ahead = { $days ->
    [0] less than a day ahead
    [one] 1 day ahead
   *[other] { $days } days ahead
}
clock-text = Sessions expire and reminders are sent as if the time had passed. The clock never goes back.
clock-by = Advance it by
clock-advance = Advance the clock
clock-PT1H = 1 hour
clock-P1D = 1 day
clock-P7D = 7 days
clock-P30D = 30 days
clock-P365D = 1 year

settings-title = Settings
settings-text = How this server is configured. The operator changes it with flags, variables or the settings file.
settings-name = Name
settings-value = Value
settings-source = From
settings-help = What it does

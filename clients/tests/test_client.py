"""The Python client against a running server. client.test.ts has the same tests."""

import asyncio
import io
import json
import os
import time
import unittest
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import standardwebhooks

from dossier_client import (
    AsyncDossierClient,
    DossierClient,
    DossierProblem,
    NotModified,
    ProblemCode,
    WebhookRefused,
    verify,
)
from dossier_client.models import (
    Address,
    AddressPatch,
    BusinessCustomer,
    Empty,
    IndividualCustomer,
    IndividualPatch,
    IndividualProfile,
    IndividualUpdate,
    Kycs,
    NewCustomer,
    NewSession,
    NewWebhook,
    Simulation,
)

URL, KEY, FILE = os.environ["DOSSIER_URL"], os.environ["DOSSIER_KEY"], os.environ["DOSSIER_FILE"]
SIGNED: dict[str, Any] = json.loads(os.environ["DOSSIER_DELIVERIES"])
CLIENT = DossierClient(URL, KEY)


def email() -> str:
    return f"{uuid.uuid4()}@example.com"


def create(address: str | None = None) -> UUID:
    return CLIENT.create_customer(body=NewCustomer(address or email(), "individual")).data.customer_id


def refused(customer: UUID) -> None:
    """Never called. Each marked line must be an error, or mypy reports the mark."""
    CLIENT.create_customer(body=7)  # type: ignore[arg-type]
    NewCustomer(email="ada@example.com", type_="robot")  # type: ignore[arg-type]
    CLIENT.get_customer()  # type: ignore[call-arg]
    IndividualUpdate(first_name=None)  # type: ignore[arg-type]
    CLIENT.list_customers(emial="ada@example.com")  # type: ignore[call-arg]
    CLIENT.each(CLIENT.open_kyc_session, customer, body=NewSession())  # type: ignore[arg-type]
    CLIENT.each(CLIENT.list_customers, limit="2")  # type: ignore[arg-type]
    CLIENT.upload_file(path=7)  # type: ignore[arg-type]
    code: ProblemCode = "teapot"  # type: ignore[assignment]
    assert code


class Calls(unittest.TestCase):
    def test_a_customer_goes_from_empty_to_approved(self) -> None:
        customer = create()
        address = Address(street_line_1="1 Main Street", city="New York", country="US", postal_code="10001")
        put = CLIENT.update_customer(customer, body=IndividualUpdate(last_name="Byron", residential_address=address))
        self.assertIsInstance(put.data, Empty)
        assert put.etag
        patch = IndividualPatch(last_name="Lovelace", residential_address=AddressPatch(city="Boston"))
        self.assertNotEqual(CLIENT.patch_customer(customer, if_match=put.etag, body=patch).etag, put.etag)
        session = CLIENT.open_kyc_session(customer, body=NewSession()).data
        assert session.kycs.kyc_flow_link and session.kycs.kyc_flow_link.startswith("http")
        approval = Simulation(action="kyc.status.approve", customer_id=str(customer))
        self.assertEqual(CLIENT.simulate(body=approval).status, 200)
        read = CLIENT.get_customer(customer, expand="profile").data
        assert isinstance(read, IndividualCustomer) and isinstance(read.profile, IndividualProfile)
        assert isinstance(read.kycs, Kycs)
        self.assertEqual((read.profile.last_name, read.kycs.status), ("Lovelace", "approved"))

    def test_parameters_arrive_as_they_were_given(self) -> None:
        address = f"ada+x&y=é%20{uuid.uuid4()}@example.com"
        customer = create(address)
        found = CLIENT.list_customers(email=f" {address}").data.items
        self.assertEqual([one.customer_id for one in found], [customer])

    def test_the_base_url_may_end_in_v0(self) -> None:
        for url in (f"{URL}/v0", f"{URL}/v0/"):
            with DossierClient(url, KEY) as client:
                self.assertTrue(client.list_customers(limit=1).data.items)

    def test_the_key_is_not_shown_and_a_broken_one_is_refused(self) -> None:
        self.assertNotIn(KEY, repr(CLIENT) + str(CLIENT))
        with self.assertRaises(ValueError) as caught:
            DossierClient(URL, f"{KEY}\n")
        self.assertNotIn(KEY, str(caught.exception))
        with self.assertRaises(ValueError):
            DossierClient("localhost:8080", KEY)

    def test_a_request_that_cannot_be_sent_is_not_repeated(self) -> None:
        with self.assertRaises(httpx.LocalProtocolError):
            CLIENT.list_customers(dossier_reason="two\nlines")

    def test_lists_are_read_page_by_page(self) -> None:
        created = {create() for _ in range(5)}
        seen: list[UUID] = []
        for customer in CLIENT.each(CLIENT.list_customers, limit=2):
            seen.append(customer.customer_id)
            if created <= set(seen):
                break
        self.assertTrue(created <= set(seen) and len(set(seen)) == len(seen))
        webhook = CLIENT.register_webhook(body=NewWebhook(url="http://127.0.0.1:19999/")).data
        self.assertEqual(list(CLIENT.each(CLIENT.list_deliveries, webhook.id)), [])
        CLIENT.delete_webhook(webhook.id)

    def test_events_are_followed_from_a_position(self) -> None:
        start = CLIENT.list_events(after="newest").data.next_after
        created = [create(), create(), create()]
        ids = []
        for page in CLIENT.pages(CLIENT.list_events, after=start, limit=2):
            ids += [one.entity_id for one in page.items if one.event_type == "customer.created"]
        self.assertEqual([id for id in ids if id in created], created)
        late = CLIENT.pages(CLIENT.list_events, after="newest", wait=1)
        self.assertIsNotNone(next(late) and next(late))

    def test_a_problem_names_its_code_its_violations_and_the_request(self) -> None:
        customer = create()
        with self.assertRaises(DossierProblem) as caught:
            CLIENT.update_customer(customer, body=IndividualUpdate(nationality="UK", first_name="A" * 2000))
        problem = caught.exception
        self.assertEqual((problem.code, problem.status), ("invalid_body", 400))
        found = sorted((one.pointer, one.code) for one in problem.violations)
        self.assertEqual(found, [("/first_name", "too_long"), ("/nationality", "unknown_country")])
        self.assertEqual(problem.request_id, problem.headers["x-request-id"])
        address = email()
        first = create(address)
        with self.assertRaises(DossierProblem) as caught:
            create(address)
        self.assertEqual(caught.exception.code, "email_taken")
        self.assertEqual(caught.exception.members["customer_id"], str(first))

    def test_a_version_protects_from_lost_updates(self) -> None:
        customer = create()
        etag = CLIENT.get_customer(customer).etag
        assert etag
        with self.assertRaises(NotModified):
            CLIENT.get_customer(customer, if_none_match=etag)
        CLIENT.patch_customer(customer, if_match=etag, body=IndividualPatch(first_name="Ada"))
        with self.assertRaises(DossierProblem) as caught:
            CLIENT.patch_customer(customer, if_match=etag, body=IndividualPatch())
        self.assertEqual(caught.exception.code, "precondition_failed")

    def test_a_file_is_uploaded_from_a_path_from_bytes_and_from_a_stream(self) -> None:
        content = Path(FILE).read_bytes()
        pieces = (content[at : at + 1000] for at in range(0, len(content), 1000))
        for upload in (
            CLIENT.upload_file(path=FILE),
            CLIENT.upload_file(content=content, name="passport.png", content_type="image/png"),
            CLIENT.upload_file(content=io.BytesIO(content), name="passport.png"),
            CLIENT.upload_file(content=pieces, name="passport.png"),
        ):
            self.assertEqual((upload.data.name, upload.data.type_), ("passport.png", "image/png"))
            self.assertEqual(CLIENT.get_file_content(upload.data.id).data, content)
        with self.assertRaises(ValueError):
            CLIENT.upload_file(content=content)

    def test_the_asynchronous_client_does_the_same(self) -> None:
        async def calls() -> None:
            async with AsyncDossierClient(URL, KEY) as client:
                body = NewCustomer(email(), "individual")
                created = (await client.create_customer(body=body)).data.customer_id
                newest = [one.customer_id async for one in client.each(client.list_customers, limit=100)]
                self.assertIn(created, newest)
                uploaded = await client.upload_file(path=FILE)
                content = await client.get_file_content(uploaded.data.id)
                self.assertEqual(content.data, Path(FILE).read_bytes())
                with self.assertRaises(TimeoutError):
                    async with asyncio.timeout(0.3):
                        await client.list_events(after="newest", wait=20)

        asyncio.run(calls())


class Webhooks(unittest.TestCase):
    def test_deliveries_of_the_server_are_accepted(self) -> None:
        secret, old, new = SIGNED["secret"], SIGNED["old_key"], SIGNED["new_key"]
        before, during = SIGNED["before"], SIGNED["during"]
        keys: list[dict[str, Any]] = [
            {"secret": secret}, {"secret": ["whsec_AAAA", secret]}, {"secret": secret, "api_key": old}, {"api_key": old}
        ]
        for one in keys:
            delivery = verify(before["headers"], before["body"], **one)
            self.assertEqual(delivery.event.event_type, "customer.created")
            self.assertTrue(standardwebhooks.Webhook(secret).verify(before["body"], before["headers"]))
            self.assertLess(abs(delivery.sent_at.timestamp() - time.time()), 300)
        for api_key in (old, new, [old, new]):
            event = verify(during["headers"], during["body"].encode(), secret=secret, api_key=api_key).event
            self.assertIsInstance(event.entity_object, BusinessCustomer)

    def test_a_message_of_the_library_of_standard_webhooks_is_accepted(self) -> None:
        now = datetime(2026, 1, 5, 12, tzinfo=UTC)
        signature = standardwebhooks.Webhook(SIGNED["secret"]).sign("msg_1", now, SIGNED["before"]["body"])
        headers = {"Webhook-Id": "msg_1", "Webhook-Timestamp": str(int(now.timestamp())),
                   "Webhook-Signature": f"v1a,AAAA {signature}"}
        later = now.timestamp() + 299
        delivery = verify(headers, SIGNED["before"]["body"], secret=SIGNED["secret"], now=later)
        self.assertEqual((delivery.id, delivery.sent_at), ("msg_1", now))

    def test_what_is_not_the_servers_is_refused(self) -> None:
        secret, old, new = SIGNED["secret"], SIGNED["old_key"], SIGNED["new_key"]
        headers, body = SIGNED["before"]["headers"], SIGNED["before"]["body"]
        sent = int(headers["webhook-timestamp"])
        both: dict[str, Any] = {"secret": secret, "api_key": old, "now": sent}
        refused: list[tuple[str, dict[str, str], str, dict[str, Any]]] = [
            ("another body", headers, body.replace("created", "updated"), both),
            ("another body, for the key", headers, f"{body} ", {"api_key": old, "now": sent}),
            ("another secret", headers, body, {**both, "secret": "whsec_AAAA"}),
            ("another key", headers, body, {**both, "api_key": new}),
            ("another id", {**headers, "webhook-id": "other"}, body, both),
            ("another time", {**headers, "webhook-timestamp": str(sent + 1)}, body, both),
            ("no time", {**headers, "webhook-timestamp": ""}, body, both),
            ("a time that is none", {**headers, "webhook-timestamp": "1e9"}, body, both),
            ("no signature", {**headers, "webhook-signature": ""}, body, both),
            ("another version", {**headers, "webhook-signature": "v2,AAAA"}, body, both),
            ("no signature of the contract", {**headers, "x-hmac-signature": ""}, body, both),
            ("an old delivery", headers, body, {**both, "now": sent + 301}),
            ("a delivery from the future", headers, body, {**both, "now": sent - 301}),
            ("no clock", headers, body, {**both, "now": float("nan")}),
            ("signatures of two deliveries", {**SIGNED["during"]["headers"], "webhook-id": "other"},
             SIGNED["during"]["body"], {"secret": secret}),
        ]
        self.assertTrue(verify(headers, body, **both))
        for what, other_headers, other_body, keys in refused:
            with self.subTest(what), self.assertRaises(WebhookRefused):
                verify(other_headers, other_body, **keys)
        wrong: list[dict[str, Any]] = [
            {}, {"secret": ""}, {"secret": []}, {"secret": secret, "api_key": ""}, {"secret": "whsec_!"}
        ]
        for keys in wrong:
            with self.subTest(keys), self.assertRaises(ValueError):
                verify(headers, body, **keys)


if __name__ == "__main__":
    unittest.main()

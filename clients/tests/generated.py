"""The client of openapi-python-client: code that must pass mypy --strict, code that must not, and calls to the API."""

import os
import time
from uuid import UUID

from dossier_client.generated import AuthenticatedClient
from dossier_client.generated.api.customers import create_customer, get_customer, patch_customer, update_customer
from dossier_client.generated.api.events import list_events
from dossier_client.generated.api.sandbox import simulate
from dossier_client.generated.api.verification import open_kyc_session
from dossier_client.generated.models.address import Address
from dossier_client.generated.models.address_patch import AddressPatch
from dossier_client.generated.models.business_customer import BusinessCustomer
from dossier_client.generated.models.customer_reference import CustomerReference
from dossier_client.generated.models.empty import Empty
from dossier_client.generated.models.event_list import EventList
from dossier_client.generated.models.individual_customer import IndividualCustomer
from dossier_client.generated.models.individual_patch import IndividualPatch
from dossier_client.generated.models.individual_profile import IndividualProfile
from dossier_client.generated.models.individual_update import IndividualUpdate
from dossier_client.generated.models.kycs import Kycs
from dossier_client.generated.models.new_customer import NewCustomer
from dossier_client.generated.models.new_session import NewSession
from dossier_client.generated.models.opened_session import OpenedSession
from dossier_client.generated.models.problem import Problem
from dossier_client.generated.models.simulated_action import SimulatedAction
from dossier_client.generated.models.simulation import Simulation
from dossier_client.generated.types import Unset

# Authorization: Bearer, which is what this generator does for any scheme.
CLIENT = AuthenticatedClient(
    base_url=os.environ["DOSSIER_URL"], token=os.environ["DOSSIER_KEY"], raise_on_unexpected_status=True
)


def refused(customer: UUID) -> None:
    """Never called. Each marked line must be an error, or mypy reports the mark."""
    create_customer.sync(client=CLIENT, body=7)  # type: ignore[arg-type]
    NewCustomer(email="ada@example.com")  # type: ignore[call-arg]
    NewCustomer(email="ada@example.com", type_="robot")  # type: ignore[arg-type]
    update_customer.sync(customer, client=CLIENT, body=7)  # type: ignore[arg-type]
    IndividualUpdate(first_name=None)  # type: ignore[arg-type]
    patch_customer.sync(customer, client=CLIENT, body=7)  # type: ignore[arg-type]
    IndividualPatch(frist_name="Ada")  # type: ignore[call-arg]


def create(email: str) -> UUID:
    body = NewCustomer(email=email, type_="individual", first_name="Ada")
    created = create_customer.sync(client=CLIENT, body=body)
    assert isinstance(created, (IndividualCustomer, BusinessCustomer, CustomerReference)), created
    again = create_customer.sync(client=CLIENT, body=body)
    assert isinstance(again, Problem) and again.code == "email_taken", again
    assert again.customer_id == created.customer_id
    return created.customer_id


def change(customer: UUID) -> None:
    address = Address(street_line_1="1 Main Street", city="New York", country="US", postal_code="10001")
    update = IndividualUpdate(
        first_name="Ada", middle_name="M", last_name="Lovelace", residential_address=address
    )
    put = update_customer.sync_detailed(customer, client=CLIENT, body=update)
    assert isinstance(put.parsed, Empty), put.parsed
    patch = IndividualPatch(middle_name=None, residential_address=AddressPatch(city="Boston"))
    patched = patch_customer.sync(customer, client=CLIENT, body=patch, if_match=put.headers["ETag"])
    assert isinstance(patched, IndividualCustomer), patched
    profile = patched.profile
    assert isinstance(profile, IndividualProfile) and isinstance(profile.middle_name, Unset), profile
    assert isinstance(profile.residential_address, Address), profile
    assert profile.residential_address.city == "Boston"


def read(customer: UUID) -> IndividualCustomer:
    answer = get_customer.sync(customer, client=CLIENT, expand="profile,requirements")
    assert isinstance(answer, IndividualCustomer), answer
    return answer


def approve(customer: UUID) -> None:
    session = open_kyc_session.sync(customer, client=CLIENT, body=NewSession())
    assert isinstance(session, OpenedSession) and session.kycs.status == "pending", session
    actions: list[SimulatedAction] = ["kyc.status.submit", "kyc.status.approve"]
    for action in actions:
        done = simulate.sync(client=CLIENT, body=Simulation(action=action, customer_id=str(customer)))
        assert isinstance(done, Empty), done
    approved = read(customer)
    assert isinstance(approved.kycs, Kycs) and approved.kycs.status == "approved", approved
    assert isinstance(approved.address, Address) and approved.address.city == "Boston", approved


def events(customer: UUID) -> None:
    page = list_events.sync(client=CLIENT, limit=1000)
    assert isinstance(page, EventList), page
    mine = [event for event in page.items if event.entity_id == customer]
    assert len(mine) >= 5 and [event.number for event in mine] == list(range(1, len(mine) + 1))
    assert all(isinstance(event.entity_object, IndividualCustomer) for event in mine)


def main() -> None:
    customer = create(f"ada-{time.time_ns()}@example.com")
    change(customer)
    required = read(customer).requirements
    assert not isinstance(required, Unset) and required
    approve(customer)
    events(customer)


if __name__ == "__main__":
    main()

"""The objects of the API."""

from .generated.models import *
from .generated.types import UNSET, Unset

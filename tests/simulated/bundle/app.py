"""The two edits: the saga among the sagas, and who it speaks to among the gateways."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests
from flask import Flask

from reference import app
from reference.application.ports import Gateway
from reference.gateways.partner_service import PartnerService
from reference.settings import Settings
from tests.simulated.bundle.desk import URL
from tests.simulated.bundle.saga import BuyBundleSaga


def gateways(settings: Settings, http: requests.Session) -> dict[str, Gateway]:
    return app.our_gateways(settings, http) | {"shop": PartnerService(URL, settings.service_token[0], http)}


def create_app(environ: Mapping[str, str], **seams: Any) -> Flask:
    return app.create_app(environ, **seams, sagas=[*app.SAGAS, BuyBundleSaga], gateways=gateways)

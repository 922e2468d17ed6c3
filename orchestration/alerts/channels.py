"""Where alerts go: a webhook that takes Slack's JSON, and mail. Settings are dlt's, section `alerts`."""

from __future__ import annotations

import html
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from email.message import EmailMessage
from typing import Optional

import requests
from dlt.common.configuration import configspec
from dlt.common.configuration.specs import BaseConfiguration
from dlt.common.typing import TSecretStrValue

from runtime.errors import ConfigurationError
from runtime.settings import section

_SECONDS = 10.0
_REMEDY = "docs/deploy.md, section Watching, lists the settings of [alerts]."


@configspec
class AlertSettings(BaseConfiguration):
    """Section `alerts`; nothing is sent where nothing is set.

    Attributes:
        webhook_url: address that takes `{"text": …}`. A secret: whoever has it can post.
        smtp_host: mail server.
        smtp_security: `starttls`, `ssl`, or `none` for a relay on this machine.
        mail_to: who is told.
        name: stands first in every message, to tell deployments apart.
    """

    webhook_url: Optional[TSecretStrValue] = None  # noqa: UP045 - dlt reads the annotation at run time
    smtp_host: str | None = None
    smtp_port: int = 587
    smtp_security: str = "starttls"
    smtp_user: str | None = None
    smtp_password: Optional[TSecretStrValue] = None  # noqa: UP045
    smtp_ca_file: str | None = None
    mail_from: str = "ai-usage@localhost"
    mail_to: list[str] = dataclass_field(default_factory=list)
    name: str = "AI usage"


class ChannelError(Exception):
    """An alert could not be handed over; the text holds neither address nor credential."""


@dataclass(frozen=True, slots=True)
class Channel:
    """One way out. `send(subject, text)` raises ChannelError."""

    name: str
    send: Callable[[str, str], None]


def alert_settings() -> AlertSettings:
    """The settings.

    Raises:
        ConfigurationError: a value has the wrong type.
    """
    return section(AlertSettings(), "alerts", remedy=_REMEDY)


def configured_channels(settings: AlertSettings) -> list[Channel]:
    """The channels that have settings.

    Raises:
        ConfigurationError: half of a channel is set.
    """
    channels = []
    if settings.webhook_url:
        url = str(settings.webhook_url)
        channels.append(Channel("webhook", lambda _subject, text: _post(url, text)))
    if settings.smtp_host:
        if not settings.mail_to:
            raise ConfigurationError("[alerts] smtp_host is set, but mail_to is not.", _REMEDY)
        if settings.smtp_security not in ("starttls", "ssl", "none"):
            raise ConfigurationError("[alerts] smtp_security is not starttls, ssl or none.", _REMEDY)
        channels.append(Channel("mail", lambda subject, text: _mail(settings, subject, text)))
    return channels


def _post(url: str, text: str) -> None:
    """Slack's form; the three characters that it reads as markup are escaped."""
    try:
        # A redirect would take the alert to another host.
        answer = requests.post(
            url, json={"text": html.escape(text, quote=False)}, timeout=_SECONDS, allow_redirects=False
        )
    except requests.RequestException as error:
        # The exception's own text holds the address, which is the secret.
        raise ChannelError(f"the webhook could not be reached ({type(error).__name__})") from None
    if not 200 <= answer.status_code < 300:
        raise ChannelError(f"the webhook answered {answer.status_code}")


def _mail(settings: AlertSettings, subject: str, text: str) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = (
        settings.mail_from,
        ", ".join(settings.mail_to),
        subject,
    )
    message.set_content(text)
    try:
        with _connected(settings) as server:
            if settings.smtp_user:
                server.login(settings.smtp_user, str(settings.smtp_password or ""))
            server.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        raise ChannelError(f"the mail server did not take it ({type(error).__name__})") from None


def _connected(settings: AlertSettings) -> smtplib.SMTP:
    host, port = str(settings.smtp_host), settings.smtp_port
    if settings.smtp_security == "ssl":
        return smtplib.SMTP_SSL(host, port, timeout=_SECONDS, context=_trust(settings))
    server = smtplib.SMTP(host, port, timeout=_SECONDS)
    if settings.smtp_security == "starttls":
        try:
            server.starttls(context=_trust(settings))
        except BaseException:
            server.close()
            raise
    return server


def _trust(settings: AlertSettings) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=settings.smtp_ca_file)

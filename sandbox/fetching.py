"""The Bot API methods by which a bot gets its updates: the long poll, and the settings of the webhook."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sandbox.calls import Noted
from sandbox.errors import WEBHOOK_ACTIVE, BadRequestError, ConflictError
from sandbox.profile import WebhookSettings
from sandbox.updates import BATCH, LONGEST_POLL

if TYPE_CHECKING:
    from aiogram.methods import DeleteWebhook, GetUpdates, GetWebhookInfo, SetWebhook

    from sandbox.calls import Call
    from sandbox.model import Json

SECRET_LENGTH = 256
DEFAULT_CONNECTIONS = 40
MOST_CONNECTIONS = 100
SET_WEBHOOK = "Conflict: terminated by setWebhook request"
_SECRET = re.compile(r"[A-Za-z0-9_-]*")


async def get_updates(call: Call[GetUpdates]) -> list[Json]:
    """Return updates from ``offset`` on, confirming those before it; waits up to ``timeout`` seconds, at most 50."""
    args, world = call.args, call.world
    if world.profile.webhook.url:
        raise ConflictError(WEBHOOK_ACTIVE)
    _allow(call, args.allowed_updates)
    limit = min(max(args.limit or BATCH, 1), BATCH)
    seconds = min(max(args.timeout or 0, 0), LONGEST_POLL)
    return await world.updates.poll(args.offset or 0, limit, seconds)


async def set_webhook(call: Call[SetWebhook]) -> Noted:
    """Have updates posted to an address; an empty address is the same as deleteWebhook."""
    args, world = call.args, call.world
    if not args.url:
        return _remove(call, drop=bool(args.drop_pending_updates))
    address = urlsplit(args.url)
    # A local Bot API server takes http as well; only what is no address at all is refused.
    if address.scheme not in {"http", "https"} or not address.hostname:
        raise BadRequestError("invalid webhook URL specified")
    secret = args.secret_token or ""
    if len(secret) > SECRET_LENGTH:
        raise BadRequestError("secret token is too long")
    if not _SECRET.fullmatch(secret):
        raise BadRequestError("secret token contains unallowed characters")
    connections = min(max(args.max_connections or DEFAULT_CONNECTIONS, 1), MOST_CONNECTIONS)
    settings = WebhookSettings(args.url, secret, connections, args.ip_address or "")
    _allow(call, args.allowed_updates)
    if args.drop_pending_updates:
        world.updates.forget_all()
    current = world.profile.webhook
    same = (current.url, current.secret_token, current.max_connections, current.ip_address)
    if same == (settings.url, settings.secret_token, settings.max_connections, settings.ip_address):
        return Noted(result=True, description="Webhook is already set")
    world.updates.abort(SET_WEBHOOK)
    world.profile.webhook = settings
    world.save()
    world.on_webhook()
    return Noted(result=True, description="Webhook was set")


async def delete_webhook(call: Call[DeleteWebhook]) -> Noted:
    """Go back to getUpdates."""
    return _remove(call, drop=bool(call.args.drop_pending_updates))


async def get_webhook_info(call: Call[GetWebhookInfo]) -> Json:
    """Return the webhook's settings, how many updates wait, and its last failure."""
    world = call.world
    webhook = world.profile.webhook
    info: Json = {
        "url": webhook.url,
        "has_custom_certificate": False,
        "pending_update_count": len(world.updates.waiting),
    }
    if webhook.url:
        info["max_connections"] = webhook.max_connections
        if webhook.ip_address:
            info["ip_address"] = webhook.ip_address
    if webhook.last_error_date:
        info["last_error_date"] = webhook.last_error_date
        info["last_error_message"] = webhook.last_error_message
    if world.updates.allowed:
        info["allowed_updates"] = world.updates.allowed
    return info


def _allow(call: Call[Any], kinds: list[str] | None) -> None:
    """Take the kinds of updates the bot wants; an empty list means the usual ones, none at all leaves it as it was."""
    updates = call.world.updates
    if kinds is not None and kinds != (updates.allowed or []):
        updates.allowed = kinds or None
        call.world.save()


def _remove(call: Call[Any], *, drop: bool) -> Noted:
    world = call.world
    if drop:
        world.updates.forget_all()
    if not world.profile.webhook.url:
        return Noted(result=True, description="Webhook is already deleted")
    world.profile.webhook = WebhookSettings()
    world.save()
    world.on_webhook()
    return Noted(result=True, description="Webhook was deleted")

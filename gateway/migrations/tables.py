"""Every table of the core database, so that one look at the metadata sees them all."""

from sqlalchemy import MetaData

import gateway.access.model
import gateway.activities.model
import gateway.alerts.model
import gateway.ballots.model
import gateway.bookings.model
import gateway.bookings.move_offers
import gateway.bookings.waits
import gateway.calendar.model
import gateway.channels.model
import gateway.counts.model
import gateway.credentials.model
import gateway.credit.model
import gateway.emergencies.model
import gateway.faults.model
import gateway.feedback.model
import gateway.fleet.joining
import gateway.fleet.model
import gateway.floor_plan.model
import gateway.jobs.model
import gateway.kiosks.model
import gateway.kit.audit
import gateway.kit.edition
import gateway.kit.idempotency
import gateway.lockers.model
import gateway.maintenance.model
import gateway.members.model
import gateway.notices.model
import gateway.policies.model
import gateway.reports.model
import gateway.spaces.model
import gateway.timekeeping.model
import gateway.unlocking.model
import gateway.usage.model
import gateway.zones.model  # noqa: F401 - importing it is what registers its tables
from gateway.kit.db import Base


def metadata() -> MetaData:
    """What the models say the database should be."""
    return Base.metadata

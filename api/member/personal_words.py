"""What each table that keeps something about a member is called, for that member: Chinese, English."""

from typing import Final

TABLES: Final = {
    "members": ("账号", "Account"),
    "memberships": ("所在的组", "Groups"),
    "member_sessions": ("登录过的设备", "Devices signed in"),
    "cards": ("会员卡", "Cards"),
    "pins": ("密码（不含数字）", "PINs (without their digits)"),
    "kiosk_visits": ("自助机使用", "Visits at a kiosk"),
    "calendar_addresses": ("日历地址", "Calendar addresses"),
    "notices": ("通知", "Notices"),
    "idempotent_answers": ("服务中心的答复", "Answers of the centre"),
    "credit_entries": ("信用分记录", "Credit points"),
    "rentals": ("租柜记录", "Lockers rented"),
    "drop_offs": ("代存记录", "Things left for somebody"),
    "clear_outs": ("清柜记录", "Clear-outs"),
    "access_grants": ("开门权限", "Rights to open doors"),
    "unlocks": ("开门请求", "Doors asked for"),
    "bookings": ("预订", "Bookings"),
    "series": ("每周预订", "Weekly bookings"),
    "series_occurrences": ("每周预订的各次", "Times of weekly bookings"),
    "waits": ("排队", "Waiting lists"),
    "ballot_entries": ("抽签报名", "Draws entered"),
    "ballot_wishes": ("抽签志愿", "Wishes in draws"),
    "audit_entries": ("操作记录", "Audit trail"),
    "sightings": ("查看柜子（工作人员）", "Lockers looked into (staff)"),
    "alerts": ("处理告警（工作人员）", "Alerts dealt with (staff)"),
    "emergencies": ("紧急操作（工作人员）", "Emergencies (staff)"),
}

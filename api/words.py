"""What a refusal is over HTTP: its status, and one sentence a person can act on, in both languages."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from gateway.kit.sentences import Sentence
from gateway.members.model import Language


class Words(NamedTuple):
    """A code's status and sentences. `{names}` in them are facts that come with the refusal."""

    status: int
    zh: str
    en: str

    def sentence(self, language: Language, facts: Mapping[str, object]) -> str:
        """The sentence for one reader."""
        return Sentence(self.zh, self.en).sentence(language, facts)


WORDS: Final[Mapping[str, Words]] = MappingProxyType(
    {
        # Who is asking
        "not_signed_in": Words(401, "请先登录。", "Please sign in first."),
        "wrong_credentials": Words(401, "会员号或密码不对。", "The member number or the password is wrong."),
        "too_many_attempts": Words(
            429,
            "试的次数太多了，请 {retry_after_s} 秒后再试。",
            "Too many tries. Please try again in {retry_after_s} seconds.",
        ),
        "not_allowed": Words(403, "您没有做这件事的权限。", "Your account is not allowed to do this."),
        "token_unknown": Words(
            401,
            "这个程序令牌不对，或者已经失效。请在“程序接入”里重新生成。",
            "This program's token is wrong, or has ended. Please make a new one.",
        ),
        "people_alone": Words(
            403,
            "这件事程序不能代办，请您本人登录来做。",
            "No program can do this for you. Please sign in and do it yourself.",
        ),
        "right_missing": Words(
            403,
            "这个程序没有这项权限（{right}）。需要的话，请重新生成一个令牌。",
            "This program may not do this: its token lacks the right `{right}`. Please make another if it should.",
        ),
        "token_ends_before": Words(
            422, "到期时间已经过去，请选一个以后的时间。", "That end is past. Please choose a later one."
        ),
        "token_ends_late": Words(
            422, "程序令牌最长用 {days} 天，请选近一点的到期日。", "A program is let in for {days} days at most."
        ),
        "token_ends_late_staff": Words(
            422,
            "能做工作人员的事的程序，令牌最长用 {days} 天。",
            "A program that does what staff do is let in for {days} days at most.",
        ),
        "too_many_tokens": Words(
            409,
            "您最多可以接入 {limit} 个程序，请先停用一个。",
            "You can let {limit} programs in at most. Please end one first.",
        ),
        "password_must_be_set": Words(403, "请先设置您自己的密码。", "Please choose a password of your own first."),
        "password_too_short": Words(
            422, "密码太短，至少 8 个字符。", "That password is too short: use at least 8 characters."
        ),
        "password_too_long": Words(
            422, "密码太长，最多 128 个字符。", "That password is too long: 128 characters are the most."
        ),
        "password_too_common": Words(
            422, "这个密码太容易被猜到，请换一个。", "That password is too easy to guess. Please choose another."
        ),
        "password_too_personal": Words(
            422,
            "密码里不要用您的姓名或会员号。",
            "Please choose a password without your name or your member number in it.",
        ),
        "member_no_taken": Words(
            409, "会员号 {member_no} 已有人使用。", "Somebody has the number {member_no} already."
        ),
        "activity_full": Words(409, "名额已满，可以排队等候。", "It is full. You can wait for a place."),
        "activity_called_off": Words(409, "这个活动已经取消。", "This activity is called off."),
        "activity_over": Words(409, "这个活动已经结束。", "This activity is over."),
        "activity_begun": Words(409, "活动已经开始，不能再取消报名。", "It has begun, so you cannot cancel any more."),
        "activity_not_for_you": Words(
            409, "这个活动只对部分会员开放，请到前台咨询。", "This is for some members only. Please ask at the desk."
        ),
        "registration_not_open": Words(
            409, "还没开始报名，请到时候再来。", "One cannot sign up yet. Please come back then."
        ),
        "registration_closed": Words(409, "报名已经截止。", "It is too late to sign up."),
        "registration_over": Words(409, "您已经取消了报名。", "You have cancelled already."),
        "already_signed_up": Words(409, "您已经报名了。", "You have signed up already."),
        "things_held": Words(
            409,
            "您还有柜子没退，或有东西没取走。请先取走、退还，再删除账号。",
            "You still have a locker, or things that wait for you. Please take them out and give it back first.",
        ),
        "staff_not_erased": Words(
            409,
            "工作人员的账号不能自己删除，请找管理员。",
            "The account of somebody who works here is closed by a manager.",
        ),
        "account_disabled": Words(
            409,
            "这个账号已停用，不能再给密码。",
            "This account is closed, so it gets no password.",
        ),
        "own_account": Words(
            409,
            "不能停用自己的账号，请找另一位管理员。",
            "Nobody closes their own account. Please ask another manager.",
        ),
        "account_erased": Words(
            409,
            "这个账号已经删除，不能恢复。请登记为新会员。",
            "This account was erased and cannot be opened again. Please add them as a new member.",
        ),
        "sheet_faulty": Words(
            422,
            "表格里有 {faults} 处不对，最前面的在第 {line} 行，所以什么都没有预订。",
            "The sheet is wrong in {faults} places, the first of them in line {line}, so nothing was booked.",
        ),
        "roll_faulty": Words(
            422,
            "名单里有 {faults} 处不对，最前面的在第 {line} 行，所以什么都没有导入。",
            "The list is wrong in {faults} places, the first of them in line {line}, so nothing of it was taken in.",
        ),
        # Fault reports
        "too_many_reports": Words(
            429,
            "今天报修的次数太多了，请明天再报，急事请直接找工作人员。",
            "You have reported a lot today. Please report again tomorrow; if it is urgent, ask our staff.",
        ),
        "too_much_feedback": Words(
            429,
            "今天已经提了好几条意见，谢谢您！请明天再提。",
            "You have told us a lot today, thank you. Please tell us more tomorrow.",
        ),
        "photo_too_large": Words(422, "照片太大，请重新拍一张。", "That photo is too large. Please take another."),
        "photo_unreadable": Words(
            422, "这张照片打不开，请重新拍一张。", "That photo cannot be opened. Please take another."
        ),
        "report_over": Words(409, "这个报修已经处理完了。", "This report is settled already."),
        "report_not_answered": Words(
            409,
            "请选择处理中、已修好或无需维修。",
            "Please say that it is being looked at, mended, or needs no repair.",
        ),
        # PINs, cards and kiosks
        "pin_too_easy": Words(
            422,
            "这个密码太容易被猜到。请不要用生日、重复或连续的数字。",
            "That PIN is too easy to guess. Please use no birthday, no repeated figures and no row of them.",
        ),
        "card_taken": Words(
            409,
            "这张卡已经登记过了，请先在原来的会员那里取消。",
            "This card is registered already. Please remove it there first.",
        ),
        "kiosk_unknown": Words(
            401,
            "这台机器还没有登记，请找工作人员。",
            "This kiosk is not registered. Please ask our staff.",
        ),
        "kiosk_visit_over": Words(
            401,
            "时间到了，请重新刷卡，或者输入柜号和密码。",
            "Your time here is over. Please show your card again, or type your locker number and PIN.",
        ),
        "card_needed": Words(
            403,
            "这件事需要刷会员卡。柜号和密码只能用来打开、续租或归还这个柜子。",
            "This needs your member card. A locker number and PIN are only for opening, extending and returning that"
            " locker.",
        ),
        "pin_must_be_chosen": Words(
            403, "请先设置您自己的六位数字密码。", "Please choose six figures of your own first."
        ),
        "wrong_pin": Words(
            401,
            "柜号（或卡）和密码对不上，请再试一次。",
            "The locker number or the card does not go with that PIN. Please try again.",
        ),
        "pass_unknown": Words(
            401,
            "这个码不能用了：这部手机已经退出登录，或者太久没有联网。请在手机上重新登录，再生成新的码。",
            "This code counts no more: that phone was signed out, or has been without a network for too long. Please"
            " sign in on it again and make a new one.",
        ),
        "pass_late": Words(
            401,
            "这个码过期了，请在手机上打开“我的码”，出示最新的。如果还是不行，请让手机联网一次。",
            "This code is out of date. Please open 'My pass' on your phone and show the newest. If that does not help,"
            " let your phone reach the network once.",
        ),
        "pass_used": Words(
            401,
            "这个码已经用过一次了，请等手机上换出新的码再试。",
            "This code was used once already. Please wait for the next one on your phone.",
        ),
        "presented_over": Words(
            401,
            "时间过了，请把卡或码再放到读卡器上。",
            "That was too long ago. Please hold your card or code to the reader again.",
        ),
        "passkey_refused": Words(
            401,
            "这把通行密钥没能登录。请再试一次，或者用密码登录。",
            "This passkey could not be used. Please try again, or use your password.",
        ),
        "passkey_needs_name": Words(
            409,
            "这个网址是一串数字，不能用通行密钥。请用中心的网址名称打开，或者用密码登录。",
            "Passkeys do not work at an address of figures. Please use the centre's address by name, or your password.",
        ),
        "passkey_taken": Words(
            409,
            "这把通行密钥已经添加过了。",
            "This passkey was added already.",
        ),
        "too_many_passkeys": Words(
            409,
            "最多可以有 {limit} 把通行密钥，请先移除一把。",
            "You can have {limit} passkeys at most. Please remove one first.",
        ),
        "too_many_phones": Words(
            409,
            "最多只能有 {limit} 部手机出示您的码，请先在设置里移除一部。",
            "At most {limit} phones can show your pass. Please remove one in the settings first.",
        ),
        "pin_locked": Words(
            429,
            "输错的次数太多了，请 {minutes} 分钟后再试，或者找工作人员帮忙。",
            "There were too many wrong tries. Please try again in {minutes} minutes, or ask our staff.",
        ),
        "kiosk_stopped": Words(
            429,
            "这台机器上输错的次数太多了，暂停 {minutes} 分钟。请用手机，或者找工作人员帮忙。",
            "There were too many wrong tries at this kiosk, so it rests for {minutes} minutes. Please use your phone,"
            " or ask our staff.",
        ),
        # What is there
        "not_found": Words(404, "没有找到，或者不属于您。", "It is not there, or it is not yours."),
        "password_again": Words(
            403,
            "这能打开别人正在用的柜子或房间，请先再输入一次您的密码。",
            "This leads to what somebody else is using. Please give your password once more.",
        ),
        "second_person_needed": Words(
            403,
            "您刚开过另一位会员的门。五分钟内再开别的，请另一位同事用自己的账号来开。",
            "You have just opened another member's door. Within five minutes a colleague must open the next, signed in"
            " themselves.",
        ),
        "staff_openings_used_up": Words(
            403,
            "您今天打开会员的门、替会员重设密码的次数已经到上限，请让同事来做。",
            "You have opened doors of members and reset their passwords or PINs as often as one person may in a day."
            " Please ask a colleague.",
        ),
        "method_not_allowed": Words(405, "这里不能这样操作。", "That cannot be done here."),
        # How it was asked
        "malformed": Words(422, "“{field}”填写有误。", "There is something wrong with {field}."),
        # How a centre would have an alert
        "alert_rule_has_none": Words(
            422, "这类告警没有这一项（{field}），请去掉。", "This kind of alert has no {field}. Please leave it out."
        ),
        "alert_metric_unknown": Words(
            422,
            "没有“{metric}”这种读数，或者不能拿它定告警。请从列出的里面选一种。",
            "Nothing is measured that is called {metric}, or no alert can be made of it. Please choose one of those"
            " listed.",
        ),
        "alert_measures_stay": Words(
            409,
            "这种告警已经在看另一种读数，不能改。请用另一个编号新定一种。",
            "This kind of alert looks at something else already, which stays. Please make another under another name.",
        ),
        "alert_kinds_full": Words(
            409,
            "自己定的告警最多 {most} 种，已经满了。请先去掉一种。",
            "There can be {most} kinds of alert of your own, and there are. Please put one away first.",
        ),
        "alert_rule_guarded": Words(
            422,
            "这类告警关系到人和东西的安全：不能关掉，不能改得不那么紧急，也不能等安静时段过去。请改回去。",
            "This kind of alert is about the safety of people and their things: it cannot be switched off, made to"
            " press less, or kept until quiet hours are over. Please put it back.",
        ),
        "alert_limit_out_of_range": Words(
            422,
            "从多少起报警，要在 {least} 到 {most} {unit} 之间。请改一下。",
            "The level from which it is raised must be between {least} and {most} {unit}. Please change it.",
        ),
        "alert_clear_out_of_range": Words(
            422,
            "低于多少就解除，要比报警的数值低一些，告警才不会忽有忽无。请填 {least} 到 {most} {unit} 之间的数。",
            "The level below which it is over must lie a little below the one at which it is raised, so that it does"
            " not come and go. Please choose one between {least} and {most} {unit}.",
        ),
        "alert_clear_from_out_of_range": Words(
            422,
            "回到多少才解除，要比报警的数值高一些，告警才不会忽有忽无。请填 {least} 到 {most} {unit} 之间的数。",
            "The level from which it is over must lie a little above the one below which it is raised, so that it does"
            " not come and go. Please choose one between {least} and {most} {unit}.",
        ),
        "alert_hold_out_of_range": Words(
            422,
            "持续多久才报警，要在 {least} 到 {most} 分钟之间。请改一下。",
            "How long it must last before it is raised is between {least} and {most} minutes. Please change it.",
        ),
        "alert_escalation_out_of_range": Words(
            422,
            "多久没人处理就通知管理员，要在 {least} 到 {most} 分钟之间。请改一下。",
            "After how long the manager hears that nobody has taken it up is between {least} and {most} minutes. Please"
            " change it.",
        ),
        "alert_alarm_never_quiet": Words(
            422,
            "紧急的告警在安静时段里也马上通知。请选“照样打扰”，或者改成不那么紧急。",
            "An alarm is told at once, in quiet hours too. Please let it disturb, or let it press less.",
        ),
        "alert_info_always_quiet": Words(
            422,
            "只是让人知道一下的告警，在安静时段里不打扰人。请选“先不打扰”，或者改得更紧急。",
            "What is only for information disturbs nobody in quiet hours. Please let it keep quiet, or let it press"
            " more.",
        ),
        "alert_quiet_hours_unused": Words(
            422,
            "照样打扰的告警没有自己的安静时段。请把时段去掉，或者选“先不打扰”。",
            "An alert that disturbs at any hour has no quiet hours. Please leave them out, or let it keep quiet.",
        ),
        "alert_quiet_hours_empty": Words(
            422,
            "安静时段的开始和结束不能一样。请改一下结束的时间。",
            "Quiet hours cannot end when they begin. Please change their end.",
        ),
        "idempotency_key_missing": Words(
            400, "请求缺少 Idempotency-Key 标头。", "The request needs an Idempotency-Key header."
        ),
        "idempotency_key_reused": Words(
            422,
            "同一个 Idempotency-Key 已用于另一个请求。",
            "This Idempotency-Key was used for another request before.",
        ),
        "cross_origin": Words(403, "请求来自别的网站，已拒绝。", "The request came from another site."),
        "json_only": Words(415, "只接受 JSON 格式的请求。", "Only JSON is taken here."),
        "too_large": Words(413, "请求内容太大。", "The request is too large."),
        "too_slow": Words(408, "请求发送太慢，已中断。", "The request took too long to arrive."),
        # Lockers
        "bank_offline": Words(409, "储物柜现在离线，暂时打不开。", "The locker bank is offline just now."),
        "device_suspended": Words(
            409, "储物柜已停用，请到前台。", "The locker bank is out of use. Please ask at the desk."
        ),
        "already_rented": Words(409, "您已经租了一个柜子。", "You have a compartment already."),
        "no_compartment_free": Words(409, "现在没有合适的空柜子。", "No compartment that fits is free just now."),
        "compartment_taken": Words(409, "这个柜子刚被别人租走了。", "Somebody else has just taken this one."),
        "compartment_fixed": Words(
            409,
            "这个柜子由工作人员分配，不能自己租。想要请到前台。",
            "Staff assign this one, so it cannot be rented. Please ask at the desk.",
        ),
        "compartment_bookable": Words(
            409,
            "这个柜子要提前预订，不能直接租用，也不能延长。",
            "This locker is booked ahead, so it is neither rented on the spot nor kept longer.",
        ),
        "compartment_booked": Words(409, "这个柜子还有人预订。", "Somebody has booked this compartment."),
        "locker_in_use": Words(
            409,
            "柜子里可能还有您的东西。请先取出并归还柜子。",
            "Your things may still be inside. Please take them out and give the locker back first.",
        ),
        "compartment_not_fixed": Words(
            409,
            "这个柜子是给会员自选的，不能分配。请先把它设为固定分配。",
            "Members choose this one themselves. Make it a fixed one before you assign it.",
        ),
        "assigned_by_staff": Words(
            409,
            "这个柜子由工作人员分配，请到前台办理。",
            "Staff assigned this compartment. Please ask at the desk.",
        ),
        "things_may_be_inside": Words(
            409,
            "柜子开过门，里面可能有东西。请把到期时间改为现在：会员会收到通知，取走后自己归还；到期很久后可以清柜。",
            "It has been opened, so things may be inside. Set its end to now instead: the members are told, and empty"
            " it themselves. Long after its end it can be cleared out.",
        ),
        "drop_off_to_oneself": Words(409, "不能留给自己，请填另一位会员。", "Please name somebody else: this is you."),
        "policy.most_drop_offs": Words(
            409,
            "您留给别人的东西还有 {limit} 件没取走，取走后再留。",
            "You left {limit} things for others that still wait. Please leave more once one is collected.",
        ),
        "drop_off_over": Words(409, "东西已经取走，这次留物已结束。", "It is over: the things have been taken out."),
        "drop_off_waiting": Words(409, "对方已经收到通知，不用再确认。", "They have been told already."),
        "open_it_first": Words(
            409, "柜门还没有打开过，请先开门。", "The door has not been opened yet. Please open it first."
        ),
        "check_in_at_kiosk": Words(
            409,
            "这里没有门可开，请到职工之家的自助机上签到：刷会员卡，或者出示手机上的“我的码”。",
            "There is no door to open here. Please say that you have come at a kiosk in the centre: with your card, or"
            " with the pass on your phone.",
        ),
        "only_depositor": Words(
            403, "只有留东西的会员可以这样做。", "Only the member who left the things can do this."
        ),
        "only_recipient": Words(403, "只有收东西的会员可以这样做。", "Only the member they are for can do this."),
        "compartment_not_ready": Words(
            409, "这个柜子正在清洁、检查或停用。", "This one is being cleaned or looked at, or is out of use."
        ),
        "rental_overdue": Words(
            409,
            "您的租用已超期：您仍可开门取物，请先取出并归还。",
            "Your rental is overdue. You can still open it: please take your things out and give it back first.",
        ),
        "rental_ended": Words(409, "这次租用已经结束。", "This rental has ended."),
        "door_open": Words(
            409,
            "柜门还开着，请先关好门。如果门已经关好，请告诉前台。",
            "The door is open. Please shut it first. If it is shut already, please tell the front desk.",
        ),
        "sensor_suspect": Words(
            409,
            "这扇门的感应器好像坏了，看不出门是否关好。请取出全部物品，把门关好，再确认“门已关好”来归还。之后工作人员会来检查。",
            "The sensor of this door seems to be broken. Please take everything out, shut the door, and confirm that"
            " it is shut to give it back. Staff will look at it afterwards.",
        ),
        "door_unknown": Words(
            409,
            "现在无法确认柜门是否关好，请稍后再试。",
            "Nobody can tell just now whether the door is shut. Please try again later.",
        ),
        "unlock_under_way": Words(409, "正在开门，请稍等片刻。", "The door is being opened. Please wait a moment."),
        "policy.max_days": Words(409, "租用时间太长了。", "That is longer than a compartment may be rented."),
        "policy.rentals_at_once": Words(
            409, "您同时最多租用 {limit} 个柜子。", "You can rent at most {limit} compartments at once."
        ),
        "policy.longest_use": Words(
            409,
            "这里的柜子最多用 {longest_min} 分钟。",
            "A compartment here can be used for {longest_min} minutes at most.",
        ),
        "policy.no_end": Words(
            409,
            "这里的柜子没有到期时间，一直保留到您归还。",
            "A compartment here has no end: it is yours until you give it back.",
        ),
        # Spaces
        "slot_taken": Words(409, "这个时段已经被订了，请换一个时间。", "That time is taken. Please choose another."),
        # The waiting list
        "slot_free": Words(409, "这个时段现在就可以预订，不用排队。", "Nobody has that time: you can book it now."),
        "already_waiting": Words(409, "您已经在排队等这个时段。", "You are waiting for that time already."),
        "wait_closed": Words(409, "这个时段马上开始，不再接受排队。", "That time begins too soon to wait for it."),
        "policy.most_waits": Words(
            409,
            "最多同时排 {limit} 个队，请先退出一个。",
            "You can wait for at most {limit} times at once. Please leave one of them first.",
        ),
        "wait_not_offered": Words(
            409, "还没有轮到您，有空位时会通知您。", "It is not your turn yet. We tell you when it is."
        ),
        "wait_over": Words(409, "您已经不在这个队里了。", "You no longer wait for that time."),
        "offer_lapsed": Words(
            409, "保留时间已过，已让给下一位。", "The time it was held for you is over, so it went to whoever is next."
        ),
        "booking_in_the_past": Words(409, "这个时段已经开始或过去了。", "That time has begun or is over."),
        "policy.days_ahead": Words(
            409, "最多只能提前 {limit} 天预订。", "Bookings can be made at most {limit} days ahead."
        ),
        "policy.opening_hours": Words(409, "这个时段不在开放时间内。", "It is not open at that time."),
        "policy.closed_day": Words(409, "{why}，这一天不开放。", "It is closed on that day: {why}."),
        "policy.slots": Words(
            409, "请按整段时间预订，从空闲时段里选。", "Please book whole slots, as the list of free times shows them."
        ),
        "policy.max_minutes": Words(409, "一次最多预订 {limit} 分钟。", "A booking can last at most {limit} minutes."),
        "policy.most_ahead": Words(
            409,
            "您已有 {limit} 个未结束的预订，用完或取消后再订。",
            "You have {limit} bookings that are not over. Use or cancel one first.",
        ),
        "group_exists": Words(409, "已有编号为 {group_id} 的会员组。", "There is a group called {group_id} already."),
        "group_in_use": Words(
            409,
            "会员组 {group_id} 还有会员或规则，不能删除。",
            "There are still members in the group {group_id}, or rules for it.",
        ),
        "zone_exists": Words(409, "已有编号为 {zone_id} 的区域。", "There is a zone called {zone_id} already."),
        "zone_in_use": Words(
            409,
            "区域 {zone_id} 里还有设备、传感器或场地，请先把它们移走。",
            "Something still stands in the zone {zone_id}. Please move it elsewhere first.",
        ),
        "zone_retired": Words(
            409,
            "区域 {zone_id} 已停用，请选别的区域。",
            "The zone {zone_id} is no longer used. Please choose another.",
        ),
        "policy.may_use": Words(
            409, "这里只对部分会员开放，请到前台咨询。", "This is open to some members only. Please ask at the desk."
        ),
        "too_many_people": Words(
            409,
            "这里最多容纳 {limit} 人，连您在内。",
            "There is room for {limit} people here at most, you among them.",
        ),
        "policy.guests": Words(409, "最多可以带 {limit} 位同伴。", "You can bring at most {limit} people along."),
        "policy.low_credit_days_ahead": Words(
            409,
            "您的信用分较低，目前最多提前 {limit} 天预订。信用分会慢慢恢复，也可以申诉。",
            "You have few points, so you can book at most {limit} days ahead for now. They come back with time, and you"
            " can appeal.",
        ),
        "policy.low_credit_most_ahead": Words(
            409,
            "您的信用分较低，目前最多同时有 {limit} 个预订。信用分会慢慢恢复，也可以申诉。",
            "You have few points, so you can have at most {limit} bookings at a time for now. They come back with time,"
            " and you can appeal.",
        ),
        "already_appealed": Words(409, "这条已经申诉过了。", "You have appealed against this already."),
        "appeal_answered": Words(409, "这条申诉已经处理过了。", "This has been decided already."),
        "in_maintenance": Words(
            409,
            "这里正在维修，这个时间不能预订。",
            "This is out of order then and cannot be booked. Please choose another time or place.",
        ),
        "move_not_offered": Words(
            409,
            "这个预订现在没有可换的时段。",
            "Nothing is offered in place of this booking just now.",
        ),
        "outage_over": Words(
            409,
            "这次停用已经结束了。",
            "That is over already.",
        ),
        "in_ballot": Words(
            409,
            "这个时段要先抽签，请报名抽签或换一个时间。",
            "That time is drawn for first. Please hand in your wish, or choose another time.",
        ),
        "in_line": Words(
            409,
            "这个时段刚刚开放，正在按抽签的次序分给先来排队的人，请稍等几秒再试。",
            "That time has just opened, and goes first to those who stood in line. Please try again in a few seconds.",
        ),
        "ballot_open": Words(409, "这段时间已经有一个抽签在进行。", "There is a ballot for some of that time already."),
        "ballot_closed": Words(409, "这个抽签已经截止，不能再改了。", "This ballot has closed: it stays as it is."),
        "already_handed_in": Words(
            409,
            "您已经报名了这个抽签。要改的话，请先撤回。",
            "You have handed in a wish already. Take it back first to change it.",
        ),
        "ballot_not_drawn": Words(409, "还没有抽签。", "It has not been drawn yet."),
        "policy.ballot_closes_at": Words(
            409,
            "这里的时段先抽签：前一周的{opens_day} {opens_at} 截止报名，抽完剩下的才能直接预订。",
            "A week here is drawn for first: hand in your wish until {opens_day} {opens_at} of the week before. What is"
            " left then can be booked.",
        ),
        "policy.week_opens_at": Words(
            409,
            "这里的时段按周开放：前一周的{opens_day} {opens_at} 起可以预订。",
            "A week here can be booked from {opens_day} {opens_at} of the week before on.",
        ),
        "policy.opens_at": Words(
            409, "这一天从今天 {opens_at} 起才能预订。", "That day can be booked from {opens_at} today on."
        ),
        "policy.min_minutes": Words(409, "一次至少预订 {limit} 分钟。", "A booking lasts at least {limit} minutes."),
        "policy.bookings_per_day": Words(
            409, "每人每天最多预订 {limit} 次。", "You can book at most {limit} times for one day."
        ),
        "policy.minutes_per_week": Words(
            409,
            "每人每周最多预订 {limit} 分钟，算上这次是 {value} 分钟。",
            "You can book at most {limit} minutes a week. With this one it would be {value}.",
        ),
        "policy.peak_minutes": Words(
            409,
            "高峰时段（{peak_from} 至 {peak_until}）每人每周最多预订 {limit} 分钟，算上这次是 {value} 分钟。",
            "In peak hours ({peak_from} to {peak_until}) you can book at most {limit} minutes a week. With this one it"
            " would be {value}.",
        ),
        "policy.branch_peak_minutes": Words(
            409,
            "高峰时段（{peak_from} 至 {peak_until}）您所在的分会每周最多预订 {limit} 分钟，算上这次是 {value} 分钟。",
            "In peak hours ({peak_from} to {peak_until}) your branch can book at most {limit} minutes a week. With this"
            " one it would be {value}.",
        ),
        "policy.cancel_before": Words(
            409,
            "开始前不到 {limit} 分钟，不能再取消或改时间了，请到前台。",
            "Less than {limit} minutes before its start a booking cannot be cancelled or moved. Please ask at the"
            " desk.",
        ),
        "booking_pending": Words(
            409,
            "工作人员还没有同意这次预订，请稍后再看。",
            "Our staff have not agreed to this booking yet. Please look again later.",
        ),
        "booking_denied": Words(409, "工作人员没有同意这次预订。", "Our staff did not agree to this booking."),
        "booking_not_pending": Words(
            409, "这次预订不需要答复，或者已经答复过了。", "This booking needs no answer, or has had one already."
        ),
        "booking_begun": Words(409, "已经开始的预订不能改时间。", "A booking that has begun cannot be moved."),
        "series_not_free": Words(
            409,
            "这一系列中有 {count} 次订不到，所以没有改动。",
            "Of these times {count} cannot be had, so nothing was changed.",
        ),
        "series_ended": Words(409, "这一系列预订到那时已经结束。", "This series has ended by then."),
        "occurrence_booked": Words(409, "这一次已经订好了。", "This time is booked already."),
        "booking_too_early": Words(
            409, "还没到时间，请稍后再来。", "It is not time yet. Please come back a little later."
        ),
        "booking_over": Words(409, "这次预订已经结束。", "This booking is over."),
        "booking_cancelled": Words(409, "这次预订已经取消。", "This booking was cancelled."),
        "booking_released": Words(
            409,
            "没有人来，这次预订已经让给别人。",
            "Nobody came, so the time of this booking was given to others.",
        ),
        "booking_not_released": Words(409, "这次预订没有被收回。", "This booking was not given to others."),
        "booking_reclaim_late": Words(
            409, "已经过了 5 分钟，请重新预订。", "More than five minutes have passed. Please book again."
        ),
        "no_door": Words(409, "这里没有门锁，直接进去就可以。", "There is no locked door here: just go in."),
        "space_exists": Words(409, "已有编号为 {space_id} 的场地。", "There is a space called {space_id} already."),
        "space_claimed": Words(
            409,
            "{space_id} 已有预订，不能再拆分。",
            "Somebody has booked {space_id} already, so it cannot be divided any more.",
        ),
        "policy.share_within_rental": Words(
            409, "共享时间不能超过租用时间。", "A share cannot last longer than the rental itself."
        ),
        "too_many_calendars": Words(
            409,
            "日历地址最多 {limit} 个，请先停用一个。",
            "You have {limit} calendar addresses, which is the most. Please end one first.",
        ),
        "policy.max_shares": Words(
            409,
            "同时共享的人数已满，请先取消一位。",
            "It is shared with as many as can be. Please take one back first.",
        ),
        "already_shared": Words(409, "已经共享给这位会员。", "It is shared with this member already."),
        "shared_with_oneself": Words(409, "不能共享给自己。", "It is yours already: name somebody else."),
        # The floor plan
        "no_way": Words(
            409,
            "平面图上还没有画出去那里的路，请问工作人员。",
            "The floor plan shows no way there yet. Please ask our staff.",
        ),
        "no_step_free_way": Words(
            409,
            "去那里要走楼梯，没有无障碍的路。请找工作人员帮忙。",
            "There are stairs on every way there. Please ask our staff for help.",
        ),
        "kiosk_not_on_floor_plan": Words(
            409,
            "平面图上还没有标出这台机器的位置，请问工作人员怎么走。",
            "This kiosk is not on the floor plan yet. Please ask our staff for the way.",
        ),
        "floor_plan_changed": Words(
            412,
            "您改图的时候，别的同事已经保存了新的平面图。您的改动还在，请导出后重新打开再改。",
            "A colleague has saved another floor plan since you opened this one. Your changes are still here: export"
            " them, and open the plan anew.",
        ),
        "floor_plan_faulty": Words(
            422,
            "平面图里有 {count} 处不对，所以还没有保存。请按提示改好。",
            "The floor plan is wrong in {count} places, so it was not saved. Please put right what is named.",
        ),
        # Clear-outs
        "clear_out_not_due": Words(409, "还没到可以清柜的时间。", "It is not time yet to clear this compartment out."),
        "clear_out_under_way": Words(
            409, "已有同事提出清柜，请去见证。", "A colleague has begun this already: be the second witness."
        ),
        "clear_out_lapsed": Words(
            409,
            "清柜提出得太久了，请两人在柜前重新开始。",
            "That was begun too long ago. Please begin anew, both of you before the door.",
        ),
        "clear_out_moved_on": Words(
            409, "这次清柜已不在这一步，请刷新。", "This clear-out is at another step by now. Please look again."
        ),
        "bag_label_differs": Words(
            409, "袋子编号与第一位见证人所写不一致。", "That is not the bag label that the first witness gave."
        ),
        "witness_is_the_first": Words(
            403,
            "清柜需要两位不同的工作人员。",
            "It takes two people: let a colleague be the second witness.",
        ),
        "witness_is_holder": Words(
            403, "不能为自己租用的柜子做见证。", "Nobody can be a witness to clearing out their own compartment."
        ),
        "not_a_witness": Words(403, "只有两位见证人可以完成清柜。", "Only its two witnesses can finish a clear-out."),
        "not_opened_yet": Words(
            409, "见证之后柜门还没有打开过。", "The door has not been opened since the second witness came."
        ),
        # Emergencies
        "frozen": Words(
            409,
            "为了大家的物品安全，现在暂停用手机开门。请到前台，工作人员会用钥匙帮您开。",
            "To keep everybody's things safe, no door opens from a phone just now. Please ask at the desk: staff open"
            " yours with a key.",
        ),
        "clock_wrong": Words(
            409,
            "中心的时钟现在不准，说不清这个时间归谁用。请到前台，工作人员会帮您开门。",
            "The centre's clock is wrong just now, so it cannot tell whose time this is. Please ask at the desk: staff"
            " open the door for you.",
        ),
        "clock_differs": Words(
            409,
            "中心的时钟显示的不是这个时间。请先把时钟校准，再来确认。",
            "The centre's clock does not show that time. Please set it first, then say so again.",
        ),
        "already_frozen": Words(409, "这里已经暂停开门。", "Opening doors has been stopped there already."),
        "already_opening": Words(409, "这里已经在紧急全开。", "Every door there is being opened already."),
        "proposal_lapsed": Words(
            409,
            "提出得太久了，请两人一起重新开始。",
            "That was proposed too long ago. Please begin anew, both of you together.",
        ),
        "clear_freeze_first": Words(
            409,
            "这里已暂停开门，请先两人解除。",
            "Opening doors has been stopped there: two of you must clear that first.",
        ),
        "emergency_over": Words(409, "这次紧急状态已经结束。", "This emergency is over."),
        "second_is_the_first": Words(
            403, "这件事需要两位不同的工作人员。", "This takes two people: let a colleague say the same."
        ),
        "needs_a_manager": Words(
            403, "两位工作人员中须有一位管理员。", "One of the two who do this must be a manager."
        ),
        "not_looked_inside": Words(
            409,
            "请先打开柜门查看，关好门后再结束租用。",
            "Please open the door, look inside and shut it first. Then you can end the rental.",
        ),
        "nothing_to_keep": Words(
            409,
            "只有没人使用、里面却有物品的柜子，才能留给工作人员处理。",
            "Only a compartment that is nobody's and has things inside is kept back for staff.",
        ),
        "notice_still_so": Words(
            409,
            "这条通知说的事情还没有结束，处理好之后它会自己消失。",
            "This notice still holds. It goes by itself once the matter is settled.",
        ),
        # Devices
        "fingerprint_differs": Words(
            409,
            "指纹与设备标签不一致，请再核对。",
            "That is not the device's fingerprint. Please look at its label again.",
        ),
        "device_retired": Words(409, "这台设备已经退役。", "This device has been retired."),
        "no_lamp": Words(
            409,
            "只有本系统的环境节点才能用灯和蜂鸣器提示警报。",
            "Only a facility node of this system can show alarms on its lamp and buzzer.",
        ),
        "no_button": Words(
            409, "这台设备没有可以设置的按钮。", "This device has no button whose meaning can be chosen."
        ),
        "no_reader": Words(
            409,
            "这台设备不是自助机的读卡器，或者还没有批准。",
            "That device is no kiosk's reader, or nobody has approved it yet.",
        ),
        "reader_taken": Words(
            409, "这个读卡器已经接在另一台自助机上了。", "That reader belongs to another kiosk already."
        ),
        "bank_exists": Words(409, "这台设备已经是一组储物柜。", "This device is a locker bank already."),
        # Alerts
        "work_order_exists": Words(
            409,
            "这件事已经有一张工单了，请在那张工单上继续。",
            "There is a work order for this already. Please go on with that one.",
        ),
        "work_order_closed": Words(
            409,
            "这张工单已经结束了。如果还有事要做，请另开一张。",
            "This work order is closed. If there is more to do, please open another one.",
        ),
        "too_many_photos": Words(
            409,
            "每张工单最多放 {most} 张照片。请先移除一张用不着的。",
            "A work order can have {most} photos. Please remove one that is not needed first.",
        ),
        "photo_of_another": Words(
            403,
            "这张照片是别人放的，只有本人或管理员可以移除。",
            "Somebody else added that photo. Only they or a manager can remove it.",
        ),
        "not_a_technician": Words(
            409,
            "工单只能派给技术员或管理员。",
            "Work can only be given to a technician or a manager.",
        ),
        "nothing_to_repair": Words(
            409,
            "这里说的不是一件设备，没有东西可修。如果有事要做，请自己开工单。",
            "This is not about a thing that could be repaired. If there is work to do, please open an order for it"
            " yourself.",
        ),
        "alert_moved_on": Words(
            409,
            "这条告警已经有同事处理，请刷新。",
            "A colleague has dealt with this alert already. Please look again.",
        ),
        # Copies of the centre
        "backup_elsewhere": Words(
            409,
            "这个中心的数据库放在 PostgreSQL 里，请由管理它的人备份。",
            "This centre's database is on a PostgreSQL server. Please copy it there.",
        ),
        "backup_under_way": Words(
            409,
            "正在备份，请等它完成。",
            "A copy is being made just now. Please wait until it is there.",
        ),
        "backup_no_room": Words(
            409,
            "备份目录的空间不够。请腾出空间，或换一个磁盘。",
            "There is no room for a copy. Please make some, or keep copies on another disk.",
        ),
        "backup_broken": Words(
            409,
            "备份做好后检查没有通过，没有保留。请再试一次，并检查存储卡。",
            "The copy did not pass its trial and was not kept. Please try again, and check the card.",
        ),
        # The house
        "gateway_away": Words(
            503,
            "系统暂时无法开门，请稍后再试或找前台。",
            "Doors cannot be opened just now. Try again, or ask at the desk.",
        ),
        "busy": Words(503, "现在人太多，请稍后再试。", "It is busy just now. Please try again in a moment."),
        "internal": Words(500, "系统出错了，我们已经记录。", "Something went wrong here. It has been noted."),
    }
)

"""What notices say, in both languages. `{names}` are facts that are kept with the notice."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from gateway.kit.sentences import Sentence

NOTICES: Final[Mapping[str, Sentence]] = MappingProxyType(
    {
        "rental_ending": Sentence(
            "您租用的{bank} {label} 号柜将于 {until} 到期，请届时取出物品，或者续租。",
            "Your compartment {label} at {bank} ends at {until}. Please take your things out by then, or extend it.",
        ),
        "rental_grace": Sentence(
            "您租用的{bank} {label} 号柜已于 {until} 到期。您仍可开门取物，{grace_until} 之前还可以续租。",
            "Your compartment {label} at {bank} ended at {until}. You can still open it, and extend it until"
            " {grace_until}.",
        ),
        "rental_overdue": Sentence(
            "您租用的{bank} {label} 号柜已超期。您仍可开门取物，请尽快取出并归还；"
            "{clear_out_at} 之后工作人员可以清柜。",
            "Your compartment {label} at {bank} is overdue. You can still open it: please take your things out and give"
            " it back. After {clear_out_at} staff may clear it out.",
        ),
        "rental_clear_out": Sentence(
            "您租用的{bank} {label} 号柜超期太久，工作人员现在可以清柜。您仍可开门取物，请马上取出。",
            "Your compartment {label} at {bank} is so long overdue that staff may clear it out now. You can still open"
            " it: please take your things out at once.",
        ),
        "rental_idle": Sentence(
            "您的{bank} {label} 号柜很久没有打开过了。还要用的话，请在 {until} 之前打开一次；不用了，请归还。",
            "You have not opened your compartment {label} at {bank} for a long time. To keep it, open it once before"
            " {until}. If you need it no more, please give it back.",
        ),
        "rental_idle_grace": Sentence(
            "您的{bank} {label} 号柜很久没有打开过了。还要用的话，请在 {grace_until} 之前打开一次；不用了，请归还。",
            "You have not opened your compartment {label} at {bank} for a long time. To keep it, open it once before"
            " {grace_until}. If you need it no more, please give it back.",
        ),
        "rental_idle_overdue": Sentence(
            "您的{bank} {label} 号柜太久没有打开过。打开一次就可以继续保留；否则 {clear_out_at} 之后工作人员可以清柜。",
            "You have not opened your compartment {label} at {bank} for too long. Open it once and you keep it. If not,"
            " staff may clear it out after {clear_out_at}.",
        ),
        "assigned_to_you": Sentence(
            "工作人员把{bank} {label} 号柜分配给您使用，您现在就可以打开。",
            "Staff assigned compartment {label} at {bank} to you. You can open it from now on.",
        ),
        "assignment_withdrawn": Sentence(
            "{bank} {label} 号柜不再分配给您。",
            "Compartment {label} at {bank} is no longer assigned to you.",
        ),
        "drop_off_waiting": Sentence(
            "有会员在{bank} {label} 号柜给您留了东西，请在 {until} 之前取走。",
            "A member left something for you in compartment {label} at {bank}. Please collect it by {until}.",
        ),
        "drop_off_collected": Sentence(
            "您留在{bank} {label} 号柜的东西，对方已经取走。",
            "What you left in compartment {label} at {bank} has been collected.",
        ),
        "drop_off_taken_back": Sentence(
            "给您留在{bank} {label} 号柜的东西，对方已经拿回去了。",
            "What was left for you in compartment {label} at {bank} was taken back.",
        ),
        "drop_off_ending": Sentence(
            "{bank} {label} 号柜里留的东西还没有取走，请在 {until} 之前取走。",
            "What was left in compartment {label} at {bank} still waits. Please take it out by {until}.",
        ),
        "drop_off_grace": Sentence(
            "{bank} {label} 号柜里留的东西已于 {until} 到期，柜门仍可打开，请尽快取走。",
            "What was left in compartment {label} at {bank} should have been taken out by {until}. You can still open"
            " it: please do so soon.",
        ),
        "drop_off_overdue": Sentence(
            "{bank} {label} 号柜里留的东西已超期。您仍可开门，请尽快取走；{clear_out_at} 之后工作人员可以清柜。",
            "What was left in compartment {label} at {bank} is overdue. You can still open it: please take it out soon."
            " After {clear_out_at} staff may clear it out.",
        ),
        "drop_off_clear_out": Sentence(
            "{bank} {label} 号柜里留的东西超期太久，工作人员现在可以清柜。您仍可开门，请马上取走。",
            "What was left in compartment {label} at {bank} is so long overdue that staff may clear it out now. You can"
            " still open it: please take it out at once.",
        ),
        "shared_with_you_meanwhile": Sentence(
            "有会员与您共享{bank} {label} 号柜，在对方归还之前您都可以打开。",
            "A member lets you open compartment {label} at {bank} for as long as they have it.",
        ),
        "booking_approved": Sentence(
            "工作人员已同意您预订{space}，时间是 {starts_at} 至 {ends_at}。",
            "Our staff have agreed to your booking of {space} from {starts_at} to {ends_at}.",
        ),
        "booking_denied": Sentence(
            "工作人员没有同意您预订{space}（{starts_at} 至 {ends_at}）。原因：{reason}。",
            "Our staff did not agree to your booking of {space} from {starts_at} to {ends_at}. Reason: {reason}.",
        ),
        "booking_unanswered": Sentence(
            "您申请的{space}（{starts_at} 至 {ends_at}）没有人及时答复，这次没有订上，很抱歉。",
            "Nobody answered your request for {space} from {starts_at} to {ends_at} in time, so it was not booked. We"
            " are sorry.",
        ),
        "booked_for_you": Sentence(
            "工作人员为您预订了{space}，时间是 {starts_at} 至 {ends_at}。",
            "Our staff have booked {space} for you from {starts_at} to {ends_at}.",
        ),
        "booking_soon": Sentence(
            "您预订的{space}快到时间了：{starts_at} 至 {ends_at}。如果来不了，请取消，好让别人使用。",
            "Your booking of {space} begins soon: {starts_at} to {ends_at}. If you cannot come, please cancel it, so"
            " that somebody else can have it.",
        ),
        "booking_released": Sentence(
            "您预订的{space}（{starts_at} 至 {ends_at}）没有人到场，场地已收回。"
            "如果您刚到，场地还空着的话，{undo_until} 之前可以要回来。",
            "Nobody came to your booking of {space} from {starts_at} to {ends_at}, so it was given back. If you have"
            " just arrived, you can take it back until {undo_until} while it is still free.",
        ),
        "check_in_annulled": Sentence(
            "您说已到{space}，但我们没有看到门打开，所以还不算签到。请用手机或自助机开门。",
            "You said that you are at {space}, but we did not see its door open, so it does not count yet. Please open"
            " the door.",
        ),
        "locker_moved": Sentence(
            "您预订的柜子用不了，{starts_at} 起给您换成了{space}。",
            "The locker you booked cannot be used. From {starts_at} you have {space} instead.",
        ),
        "locker_not_there": Sentence(
            "您预订的 {starts_at} 起的{space}还没有空出来，现在也没有别的柜子。请到前台，我们帮您想办法。",
            "What you booked from {starts_at}, {space}, is not free yet, and no other is. Please ask our staff.",
        ),
        "moved_for_you": Sentence(
            "工作人员把您预订的{space}改到了 {starts_at} 到 {ends_at}。原因：{reason}。",
            "Our staff have moved your booking of {space} to {starts_at} until {ends_at}. Reason: {reason}.",
        ),
        "party_changed_for_you": Sentence(
            "工作人员把您 {starts_at} 到 {ends_at} 的{space}预订改成了 {people} 人。原因：{reason}。",
            "Our staff have changed your booking of {space} from {starts_at} to {ends_at}: it is for {people} now. "
            "Reason: {reason}.",
        ),
        "cancelled_for_you": Sentence(
            "工作人员取消了您 {starts_at} 到 {ends_at} 的{space}预订。原因：{reason}。",
            "Our staff have cancelled your booking of {space} from {starts_at} to {ends_at}. Reason: {reason}.",
        ),
        "shared_with_you": Sentence(
            "有会员与您共享{bank} {label} 号柜，您在 {shared_until} 之前可以打开。",
            "A member lets you open compartment {label} at {bank} until {shared_until}.",
        ),
        "pin_reset": Sentence(
            "工作人员在前台为您租用的{bank} {label} 号柜换了新的取物密码。原因：{reason}。"
            "如果不是您要求的，请马上联系前台。",
            "Our staff made a new PIN for your compartment {label} at {bank} at the desk. Reason: {reason}. If you did"
            " not ask for it, please tell the desk at once.",
        ),
        "kiosk_pin_reset": Sentence(
            "前台给了您一个一次性密码，请在一天之内到自助机上换成您自己的。如果不是您要求的，请马上联系前台。",
            "The desk has given you a one-time PIN: please choose your own at a kiosk within a day. If you did not ask"
            " for it, please tell the desk at once.",
        ),
        "password_reset": Sentence(
            "前台给了您一个一次性登录密码，原来的密码已作废。如果不是您要求的，请马上联系前台。",
            "The desk has given you a one-time password, and your old one ended. If you did not ask for it, please tell"
            " the desk at once.",
        ),
        "card_registered": Sentence(
            "前台为您登记了一张卡。配合您自己的密码，就可以在自助机上使用。如果不是您的卡，请马上联系前台。",
            "The desk has registered a card for you. With your own PIN it can be used at a kiosk. If it is not yours,"
            " please tell the desk at once.",
        ),
        "passkey_added": Sentence(
            "现在可以用一把新的通行密钥（{label}）登录您的账号。如果不是您本人添加的，请马上移除它，并修改密码。",
            "A new passkey ({label}) can now sign in as you. If you did not add it, please remove it at once and change"
            " your password.",
        ),
        "token_made": Sentence(
            "一个程序（{label}）现在可以使用您的账号。如果不是您本人设置的，请马上停用它，并修改密码。",
            "A program ({label}) may now use your account. If you did not let it in, please end it at once and change"
            " your password.",
        ),
        "passkey_copied": Sentence(
            "您的通行密钥（{label}）好像被复制了，所以没有让它登录。请移除它，再重新添加一把。",
            "Your passkey ({label}) seems to have been copied, so it was not let in. Please remove it and add another.",
        ),
        "phone_registered": Sentence(
            "一部手机现在可以出示您的通行码（{label}）。如果不是您本人操作，请马上在设置里移除它，并修改密码。",
            "A phone ({label}) can now show your pass. If that was not you, please remove it in the settings at once"
            " and change your password.",
        ),
        "series_trimmed": Sentence(
            "您在{space}的系列预订连续 {in_a_row} 次无人到场，其余 {count} 次已收回。需要时请重新预订。",
            "Nobody came to your bookings at {space} {in_a_row} times in a row, so the other {count} of that series"
            " were given back. Please book again if you need them.",
        ),
        "clear_out_begun": Sentence(
            "两位工作人员正在清理您租用的{bank} {label} 号柜。原因：{reason}。",
            "Two members of staff are clearing out your compartment {label} at {bank}. Reason: {reason}.",
        ),
        "cleared_out": Sentence(
            "您租用的{bank} {label} 号柜已由两位工作人员清柜，物品装在 {bag_label} 号袋中，请到前台领取。"
            "原因：{reason}。",
            "Two members of staff have cleared out your compartment {label} at {bank}. Your things are in bag"
            " {bag_label}: please ask at the desk. Reason: {reason}.",
        ),
        "credit_forgiven": Sentence(
            "{space}（{starts_at}）{cause}。这次不扣信用分，下次请早一点取消。",
            "About {space}, {starts_at}: {cause}. This time it costs you no points. Next time please cancel early.",
        ),
        "credit_taken": Sentence(
            "{space}（{starts_at}）{cause}，扣 {cost} 分，还有 {points} 分。如果不是这样，可以申诉。",
            "About {space}, {starts_at}: {cause}. It costs {cost} points, and {points} are left. If it was not so, you"
            " can appeal.",
        ),
        "appeal_accepted": Sentence(
            "信用分还给您了，现在有 {points} 分。原因：{reason}。",
            "The points are given back: you have {points} now. Reason: {reason}.",
        ),
        "appeal_refused": Sentence(
            "您的信用分申诉没有通过。原因：{reason}。",
            "Your appeal about your points was not accepted. Reason: {reason}.",
        ),
        "ballot_won": Sentence(
            "抽中了！{space}（{starts_at}）归您，已经订好。",
            "You were drawn: {space}, {starts_at}, is yours and booked.",
        ),
        "ballot_lost_waiting": Sentence(
            "很抱歉，{space}（{starts_at}）没有抽中。已经替您排队，有人退出就会通知您。",
            "We are sorry: others were drawn for {space}, {starts_at}. You now wait for it, and we tell you if it comes"
            " free.",
        ),
        "activity_soon": Sentence(
            "您报名的“{title}”快开始了：{starts_at}。",
            "The activity {title}, for which you signed up, begins soon: {starts_at}.",
        ),
        "activity_place_yours": Sentence(
            "“{title}”空出了名额，已经给您了：{starts_at} 开始。来不了请取消，让给别人。",
            "A place in {title} came free, and it is yours: it begins {starts_at}. If you cannot come, please cancel.",
        ),
        "activity_is_off": Sentence(
            "“{title}”取消了，原因：{reason}。",
            "The activity {title} is called off. Reason: {reason}.",
        ),
        "ballot_lost": Sentence(
            "很抱歉，{space}（{starts_at}）没有抽中。",
            "We are sorry: you were not drawn for {space}, {starts_at}.",
        ),
        "ballot_called_off": Sentence(
            "{space}的抽签取消了，原因：{reason}。剩下的时段可以直接预订。",
            "The ballot for {space} is called off. Reason: {reason}. Its times can be booked like all others.",
        ),
        "move_offered": Sentence(
            "您预订的{space}（{starts_at}）要维修：{reason}。我们为您留了别的时段，请在 {until} 前选一个。",
            "Out of order: {space}, which you booked for {starts_at}. Reason: {reason}. We hold others for you: please"
            " choose one by {until}.",
        ),
        "cancelled_for_maintenance": Sentence(
            "很抱歉，{space}要维修，您 {starts_at} 的预订取消了，不扣信用分。原因：{reason}。",
            "We are sorry: {space} is out of order, so your booking for {starts_at} is cancelled. It costs you no"
            " points. Reason: {reason}.",
        ),
        "place_offered": Sentence(
            "您排队等的{space}（{starts_at}）空出来了，为您保留到 {offer_until}，请尽快确认。",
            "What you waited for is free: {space}, {starts_at}. It is held for you until {offer_until}. Please take it"
            " by then.",
        ),
        "offer_lapsed": Sentence(
            "为您保留的{space}（{starts_at}）没有确认，已让给下一位。",
            "You did not take {space}, {starts_at}, while it was held for you, so it went to whoever is next.",
        ),
        "wait_closed": Sentence(
            "很抱歉，您排队等的{space}（{starts_at}）没有空出来。",
            "We are sorry: {space} at {starts_at}, which you waited for, did not come free.",
        ),
        "report_looked_at": Sentence(
            "您报修的{thing}正在处理：{answer}。",
            "What you reported, {thing}, is being looked at: {answer}.",
        ),
        "report_mended": Sentence(
            "您报修的{thing}修好了：{answer}。",
            "What you reported, {thing}, is mended: {answer}.",
        ),
        "report_closed": Sentence(
            "您报修的{thing}看过了，不用修：{answer}。",
            "What you reported, {thing}, was looked at and needs no repair: {answer}.",
        ),
        "opened_by_staff": Sentence(
            "工作人员于 {asked_at} 要求打开您租用的{bank} {label} 号柜，原因：{reason}。这个柜子仍归您使用。",
            "At {asked_at} a member of staff asked for your compartment {label} at {bank} to be opened. Reason:"
            " {reason}. It is still yours.",
        ),
        "released_by_staff": Sentence(
            "工作人员查看后确认{bank} {label} 号柜已空，于 {released_at} 结束了您的租用，原因：{reason}。",
            "A member of staff looked into compartment {label} at {bank}, found it empty and ended your rental at"
            " {released_at}. Reason: {reason}.",
        ),
        "room_opened_by_staff": Sentence(
            "工作人员于 {asked_at} 要求打开您预订的{space}的门，原因：{reason}。您的预订不变。",
            "At {asked_at} a member of staff asked for the door of {space} to be opened, which you have booked."
            " Reason: {reason}. Your booking stands.",
        ),
    }
)
"""What notices say, by their kind."""

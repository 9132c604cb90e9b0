"""What the app on the phone says by itself; ``{name}`` is filled in there. Not a word of what a visit is about."""

from django.utils.translation import gettext as _


def words() -> dict[str, str]:
    """The words by their keys, in the reader's language."""
    return {
        **_of_refusals(),
        **_of_keeping(),
        **_of_sending(),
        **_of_the_office(),
        **_of_cash(),
        **_of_the_app(),
    }


def _of_refusals() -> dict[str, str]:
    """Why the phone itself does not go on, and what to do."""
    return {
        "pack_forged": _("What came is not signed by the office, so it is not used. Take it along again; if that does not help, tell your supervisor."),
        "pack_format": _("The office has a newer form of this than your phone. Open the app once with a signal, then take everything along again."),
        "pack_not_given": _("The office gives nothing out for this visit. {why}"),
        "pack_old": _("What you took along was good until {until}. Find a signal and take everything along again."),
        "clock_back": _("This phone's clock was set back. Set it right, or open the app once with a signal."),
        "too_soon_here": _("You can check in from {from}."),
        "too_soon": _("You may ring from {from}. Wait nearby, not at the door."),
        "too_late": _("The time that was announced is over. Go; the desk plans another visit."),
        "notice_young": _("The notice is not old enough yet. The visit may begin from {from}."),
        "not_all_here": _("Not everybody is here: {who}. Nobody begins alone. Wait, or let the desk plan anew."),
        "credential_lapsed": _("The permit of {who} is not in force now. Do not ring; call the desk for somebody else."),
        "rules_refuse": _("The rules do not allow this visit now. Call the desk."),
        "does_not_fit": _("This does not fit. Do not say more; if it is somebody else, use “someone else”."),
        "amount_wrong": _("Give an amount in figures, such as 6500.00."),
        "pack_lacks": _("This screen was not taken along. Find a signal and take everything along again."),
    }  # fmt: skip


def _of_keeping() -> dict[str, str]:
    """What the phone could not keep, or does not."""
    return {
        "full": _("This phone has no room for that. Nothing was lost, and answers can still be given. Send what waits, or free some space, then take it again."),
        "full_answer": _("This phone is full, and this answer could not be kept. Send what waits, or free some space, then answer again. All before it is safe."),
        "too_large": _("That is more than 20 MB. Take it again, smaller or shorter."),
        "no_microphone": _("The phone gives us no microphone. Allow it in the phone's settings, or write the words down."),
        "recording_full": _("The recording ended: this phone has no room left. What was recorded until now is kept."),
        "recording_too_large": _("The recording ended at 20 MB and is kept. Start another one if the talk goes on."),
        "recording_no_microphone": _("The recording ended: the microphone is gone. What was recorded until now is kept."),
        "no_photos_inside": _("Off: nobody has agreed to photos inside."),
        "no_recording": _("Off: nobody has agreed to a recording."),
        "visit_over": _("Off: the visit is over."),
        "recording_now": _("being recorded"),
        "waits": _("waits to be sent"),
        "paper_here": _("on this phone"),
        "paper_not_here": _("not on this phone"),
        "paper_from_folder": _("This paper is not on this phone. Show the one in your folder."),
    }  # fmt: skip


def _of_sending() -> dict[str, str]:
    """What waits, what was sent, and how the clocks stand."""
    return {
        "kept_sent": _("Kept on this phone: {sent} of {kept} sent"),
        "answers_wait": _("{n} answers wait"),
        "answers_wait_one": _("1 answer waits"),
        "all_sent": _("Everything is sent"),
        "all_sent_offline": _("No signal. Everything so far is sent"),
        "waits_for_signal": _("waiting for a signal"),
        "send_now": _("Send now"),
        "no_signal": _("There is no signal now. All of it is kept and goes out when there is one."),
        "no_signal_pack": _("There is no signal for that now. Try again where there is one."),
        "signed_out": _("You are signed out. Sign in again."),
        "kept_here": _("Kept on this phone; it goes out when there is a signal."),
        "on_record": _("It is on record."),
        "drift_none": _("This phone's clock is right."),
        "drift_unknown": _("This phone's clock has not been compared yet."),
        "drift_ahead": _("This phone's clock is {amount} ahead; times are put right when they are sent."),
        "drift_behind": _("This phone's clock is {amount} behind; times are put right when they are sent."),
        "seconds": _("{n} seconds"),
        "minutes": _("{n} minutes"),
        "hours": _("{n} hours"),
        "days": _("{n} days"),
        "taken_until": _("Taken along, good until {until}"),
        "taken_stale": _("The office has changed something. Take it along again"),
        "not_taken": _("Not taken along yet"),
        "not_taken_open": _("This visit was not taken along, and there is no signal to fetch it now."),
        "pack_old_short": _("What was taken along is too old"),
        "all_taken": _("Everything is on this phone. You can go where there is no signal."),
    }  # fmt: skip


def _of_the_office() -> dict[str, str]:
    """What became of what was sent."""
    return {
        "office_refused": _("The office does not take this: {why}"),
        "state_applied": _("on record"),
        "state_kept": _("kept"),
        "state_quarantined": _("kept apart: without consent"),
        "state_refused": _("not taken; a supervisor settles it"),
        "state_conflict": _("does not fit; a supervisor settles it"),
        "kind_photo": _("Photo"),
        "kind_audio": _("Sound recording"),
        "kind_file": _("File"),
        "kind_signature": _("Signature"),
        "said_depart": _("Before you set out"),
        "said_arrive": _("Arrival"),
        "said_who": _("Who stands before you?"),
        "said_credentials": _("Credentials"),
        "said_willing": _("Is this a good time to talk?"),
        "said_recording": _("May this conversation be recorded?"),
        "said_entry": _("Where do you talk?"),
        "said_filming": _("May anything be photographed or filmed inside?"),
        "said_papers": _("Papers to show"),
        "said_talk_open": _("Begin the talk"),
        "said_talk": _("What was said?"),
        "said_outcome": _("How did it end?"),
        "said_attest": _("Confirm the record"),
        "said_way": _("Leaving"),
        "said_third_party": _("Somebody else is here"),
        "said_consent": _("Consents"),
        "said_contact": _("A number or address is another"),
        "said_check_in": _("All well"),
        "said_cash": _("Cash"),
        "said_sos": "SOS",
        "said_remark": _("A remark"),
        "said_incident": _("Report what happened"),
        "said_dropped": _("A file was dropped on the phone"),
        "file_refused": _("The office does not take it. It is on this phone alone."),
        "state_dropped": _("not taken, and dropped on this phone"),
        "drop": _("Drop the file"),
        "drop_sure": _("Drop this file?"),
        "drop_lost": _(
            "“{file}” is on this phone alone. Once dropped it is gone for good and nobody can get it back. What stays on record is its name, its digest and why it was not taken."
        ),
        "drop_not": _("Keep it here"),
    }


def _of_cash() -> dict[str, str]:
    """Money that is handed over: what the phone itself refuses, by which rule, and what to do instead."""
    return {
        "cash_counts": _("{who} counts."),
        "cash_at_most": _("At most {limit} at this visit; taken so far: {taken}."),
        "cash_under": _("Receipt {number}."),
        "cash_no_number": _("No number is left on this phone, so no more cash is taken. Ask for a bank transfer."),
        "cash_hand_on": _("Counted: hand the phone to {who}"),
        "cash_compare": _("Counted: compare"),
        "cash_differs": _("The counts differ: {first} and {second}. Both count again, until they are the same."),
        "cash_nothing": _("Write down how many notes there are."),
        "cash_not_shown": _("Not before it is known who stands there and everybody has shown their credentials (CN-CASH-CREDENTIALS). Else ask for a bank transfer."),
        "cash_lapsed": _("The permit of {who} is not in force now, so no cash is taken (CN-CASH-CREDENTIALS). Ask for a bank transfer."),
        "cash_two": _("It takes {officers} officers who count (CN-CASH-TWO). Ask for a bank transfer."),
        "cash_others": _("No money changes hands while somebody else is there (CN-CASH-OTHERS). Wait, or ask for a bank transfer."),
        "cash_limit": _("It would be {amount} at this visit; at most {limit} may be taken (CN-CASH-POWER). Ask for a bank transfer of the rest."),
    }  # fmt: skip


def _of_the_app() -> dict[str, str]:
    """Menus, dialogs and the rest."""
    return {
        "today": _("Today · {day}"),
        "badge": _("Badge {badge}"),
        "leave_now": _("{what}: leave now?"),
        "foot_refused": _("No, or leave"),
        "no_back": _("No, back"),
        "your_visits": _("Your visits"),
        "other_language": _("In the other language: 中文"),
        "light_or_dark": _("Light or dark"),
        "plain_pages": _("To the plain pages"),
        "sign_out": _("Sign out"),
        "sign_out_sure": _("Sign out with things not sent?"),
        "sign_out_waiting": _("{n} things wait on this phone. They stay sealed, nobody can read them, and they go out when you sign in on this phone again."),
        "stay": _("Stay signed in"),
        "close": _("Close"),
        "withdrawn": _("Withdraws it"),
        "not_asked": _("not asked yet"),
        "agreed": _("agreed"),
        "not_agreed": _("not agreed"),
        "consent_talk": _("To talk now"),
        "consent_recording": _("Sound recording"),
        "consent_entry": _("Coming in"),
        "consent_filming": _("Photos and filming inside"),
        "page_minimum": _("The case in short"),
        "page_notice": _("The notice as sent"),
        "page_credentials": _("Credentials"),
        "page_guide": _("How to talk, and what never happens"),
        "call": _("Call {number}"),
        "sos_in": _("Goes out in {n}"),
        "sos_told": _("Sent. People are being asked now."),
        "sos_not_told": _("No signal: it goes out with the first one. Call now."),
        "sos_place": _("Your place: {lat}, {lon}, to about {accuracy} m"),
        "sos_no_place": _("The phone did not tell where you are. Say it when you call."),
    }  # fmt: skip

"""Every limit of the table is enforced: at it all is well, one more is refused by name. Those of frames, connections and
budgets are walked elsewhere; PROVEN says where."""

import ast
from pathlib import Path
from typing import Any

import msgspec
import pytest

from among_protocol import codes
from among_protocol.accounts import UpdateAccount
from among_protocol.base import Command
from among_protocol.blocks import SetBlock
from among_protocol.codes import CloseCode, comes_back
from among_protocol.communities import BrowseCommunities, CreateCommunity, JoinCommunity, UpdateCommunity
from among_protocol.corners import ListCorners, UpdateCorner
from among_protocol.export import ExportAccount
from among_protocol.greeters import SetGreeter
from among_protocol.invites import CreateInvite
from among_protocol.logs import ReadChanged, ReadEntries, Sync, Want
from among_protocol.members import ListMembers, PersonaRef, ResolveMembers
from among_protocol.messages import ReadMessages, SendMessage
from among_protocol.moderation import DAY, BanMember, ListBans, SilenceMember
from among_protocol.notify import SetNotify
from among_protocol.portrait import ListProposals, ListVersions, MergeProposal, Milestone, ProposePortrait
from among_protocol.posts import ReadPosts
from among_protocol.presence import WatchPresence
from among_protocol.quotes import AskQuote, ConsentToQuote, ListQuotes
from among_protocol.reach import SetReach
from among_protocol.reactions import AddReaction, ReadReactions
from among_protocol.recent import RecentRooms
from among_protocol.reports import FileReport, ListReports, ResolveReport
from among_protocol.rooms import CreateRoom, FollowRoom, ListRooms, OpenDirect, SetTopic, UnfollowRoom
from among_protocol.search import SearchMessages
from among_protocol.session import Enable, Ping, SignIn, SignUp
from among_protocol.status import NewStatus, SetStatus
from among_protocol.welcome import SetWelcome
from among_server import limits
from among_server.config import Config
from among_server.store.rules import blocks as block_rules
from among_server.store.rules import communities as community_rules
from among_server.store.rules import greeters as greeter_rules
from among_server.store.rules import portrait as portrait_rules
from among_server.store.rules import quotes as quote_rules
from among_server.store.rules import reach as reach_rules
from among_server.store.rules import reports as report_rules
from among_server.store.rules import rooms as room_rules
from among_server.store.rules import sessions as session_rules
from tests.world import PASSWORD, Person, World, world_of

# Every row of the table, and the test that walks it at the limit and one past it.
PROVEN = {
    "frame_bytes": "wire/test_frames.py::test_a_frame_of_exactly_the_limit_and_one_byte_more",
    "fragments": "wire/test_inp_03_floods.py::test_inp_03_as_many_fragments_as_there_may_be_and_one_more",
    "unfinished_ms": "wire/test_inp_03_floods.py::test_inp_03_a_message_is_finished_in_time_however_it_dribbles",
    "control_frames": "wire/test_inp_03_floods.py::test_inp_03_as_many_pings_a_second_as_there_may_be_and_one_more",
    "in_flight": "wire/test_commands.py::test_no_more_than_in_flight_are_taken_from_the_socket",
    "unpaid_refusals": "wire/test_inp_03_floods.py::test_inp_03_refusals_that_cost_nothing_are_few_in_a_second",
    "account_unpaid_refusals": "wire/test_inp_03_floods.py::test_inp_03_refusals_that_cost_nothing_are_few_on_all_connections_together",
    "address_unpaid_refusals": "wire/test_inp_03_floods.py::test_inp_03_refusals_that_cost_nothing_are_few_on_all_connections_together",
    "malformed_frames": "server/test_dispatch.py::test_ten_malformed_frames_and_it_is_over",
    "handshake_bytes": "wire/test_handshake.py::test_inp_05_a_request_of_exactly_the_limit_and_one_byte_more",
    "handshake_ms": "wire/test_handshake.py::test_who_never_finishes_the_handshake_or_signs_in_is_shown_out",
    "sign_in_ms": "wire/test_handshake.py::test_who_never_finishes_the_handshake_or_signs_in_is_shown_out",
    "sign_in_wait_ms": "wire/test_handshake.py::test_avl_05_who_waits_for_us_to_be_signed_in_is_not_late_but_for_a_minute_at_most",
    "guest_bytes": "wire/test_avl_05_guests.py::test_avl_05_a_guest_sends_so_many_bytes_and_no_more",
    "guest_frames": "wire/test_avl_05_guests.py::test_avl_05_a_guest_asks_so_often_and_no_more",
    "address_guests": "wire/test_avl_05_guests.py::test_avl_05_an_address_has_so_many_guests_and_no_more",
    "guests": "wire/test_avl_05_guests.py::test_avl_05_the_oldest_guest_makes_room",
    "budget": "server/test_budget.py::test_the_budget_is_told_below_half_and_not_before",
    "budget_per_second": "server/test_budget.py::test_over_budget_is_a_refusal_that_says_when_and_costs_nothing",
    "address_budget": "server/test_budget.py::test_an_address_has_a_budget_of_everybody_there",
    "address_budget_per_second": "server/test_budget.py::test_an_address_has_a_budget_of_everybody_there",
    "connect_units": "wire/test_avl_05_guests.py::test_avl_05_connecting_again_and_again_costs_the_address",
    "address_connections": "wire/test_avl_05_guests.py::test_avl_05_an_address_has_so_many_connections_and_no_more",
    "feed_posts": "wire/test_feeds.py::test_inp_05_a_feed_has_so_many_posts_and_so_many_bytes",
    "feed_bytes": "wire/test_feeds.py::test_inp_05_a_feed_has_so_many_posts_and_so_many_bytes",
    "feed_units": "wire/test_feeds.py::test_inp_05_a_feed_costs_the_address_that_asks",
    "handle_tries": "server/test_tries.py::test_ath_02_a_handle_is_guessed_at_so_often_and_no_more",
    "handle_try_seconds": "server/test_tries.py::test_ath_02_a_handle_is_guessed_at_so_often_and_no_more",
    "address_tries": "server/test_tries.py::test_ath_02_an_address_guesses_so_often_and_no_more",
    "address_try_seconds": "server/test_tries.py::test_ath_02_an_address_guesses_so_often_and_no_more",
    "address_sign_ups": "server/test_tries.py::test_ath_02_an_address_makes_so_many_accounts_and_no_more",
    "address_sign_up_seconds": "server/test_tries.py::test_ath_02_an_address_makes_so_many_accounts_and_no_more",
    "waiting_passwords": "server/test_limits.py::test_passwords_wait_in_a_bounded_queue",
    "joins": "server/test_communities.py::test_who_joins_and_leaves_in_a_loop_is_told_to_wait",
    "join_seconds": "server/test_communities.py::test_who_joins_and_leaves_in_a_loop_is_told_to_wait",
    "looks": "server/test_status.py::test_avl_07_who_chooses_otherwise_all_the_time_is_seen_as_they_chose_last_a_moment_later",
    "brought_back": "store/test_places.py::test_who_left_a_private_room_twice_is_brought_back_by_nobody",
    "body_bytes": "server/test_limits.py::test_inp_05_texts",
    "post_bytes": "server/test_posts.py::test_inp_05_a_post_has_so_many_bytes_and_a_title_so_many_characters",
    "title_chars": "server/test_posts.py::test_inp_05_a_post_has_so_many_bytes_and_a_title_so_many_characters",
    "post_versions": "server/test_posts.py::test_inp_05_a_post_has_so_many_versions",
    "corners": "server/test_limits.py::test_inp_05_personas_and_extensions",
    "notify_choices": "server/test_notify.py::test_inp_05_so_many_choices_and_so_many_words",
    "notify_words": "server/test_notify.py::test_inp_05_so_many_choices_and_so_many_words",
    "notify_word_chars": "server/test_notify.py::test_inp_05_a_word_is_so_long_and_is_a_word",
    "dnd_times": "server/test_dnd.py::test_inp_05_so_many_times_each_of_them_a_time",
    "inbox": "server/test_inbox.py::test_inp_05_an_inbox_keeps_so_many_and_the_oldest_go",
    "inbox_of_one": "store/test_inbox.py::test_inp_05_who_mentions_somebody_without_end_pushes_out_their_own",
    "drafts": "server/test_drafts.py::test_inp_05_an_account_has_so_many_drafts_of_so_many_bytes",
    "threads": "store/test_threads.py::test_inp_05_of_too_many_threads_the_one_without_a_part_for_longest_is_let_go",
    "name_chars": "server/test_limits.py::test_inp_05_texts",
    "about_chars": "server/test_limits.py::test_inp_05_texts",
    "status_chars": "server/test_status.py::test_inp_05_a_status_is_so_long_and_lasts_so_long",
    "topic_chars": "server/test_limits.py::test_inp_05_texts",
    "handle_chars": "server/test_limits.py::test_inp_05_what_one_signs_up_and_in_with",
    "password_chars": "server/test_limits.py::test_inp_05_what_one_signs_up_and_in_with",
    "password_least": "server/test_limits.py::test_inp_05_a_password_has_as_many_characters_as_is_told",
    "key_chars": "server/test_limits.py::test_inp_05_what_names_something",
    "secret_chars": "server/test_limits.py::test_inp_05_what_one_signs_up_and_in_with",
    "page_entries": "server/test_limits.py::test_inp_05_pages",
    "replay_entries": "server/test_sync.py::test_as_much_is_replayed_as_hello_says",
    **dict.fromkeys(
        ("replay_pages", "replay_pages_per_second"),
        "server/test_sync.py::test_avl_02_who_is_brought_up_to_very_much_gets_so_many_pages_in_a_row_and_then_one_after_the_other",
    ),
    "mentions": "server/test_messages.py::test_at_most_twenty_are_mentioned_at_once",
    "links": "server/test_personas.py::test_inp_05_links_of_a_persona",
    **dict.fromkeys(
        ("pronouns_chars", "place_chars", "why_chars", "intro_chars", "label_chars", "link_chars"),
        "server/test_personas.py::test_inp_05_texts_of_a_persona",
    ),
    "persona_changes": "server/test_personas.py::test_so_many_other_changes_a_day_and_no_more",
    "persona_change_seconds": "server/test_personas.py::test_so_many_other_changes_a_day_and_no_more",
    "mend_ms": "server/test_personas.py::test_another_handle_is_taken_every_seven_days_and_a_mistake_mended_at_once",
    "mends": "server/test_personas.py::test_a_change_is_corrected_so_often_for_nothing",
    "handle_change_ms": "server/test_personas.py::test_another_handle_is_taken_every_seven_days_and_a_mistake_mended_at_once",
    "handle_rest_ms": "server/test_personas.py::test_a_freed_handle_rests_for_all_but_who_had_it",
    "watched": "server/test_limits.py::test_inp_05_who_is_watched_and_positions",
    "cards": "server/test_cards.py::test_inp_05_at_most_a_hundred_cards_and_what_does_not_fit_is_named",
    "sync_bytes": "server/test_sync.py::test_inp_05_communities_that_do_not_fit_a_sync_are_named",
    "cards_bytes": "server/test_cards.py::test_inp_05_at_most_a_hundred_cards_and_what_does_not_fit_is_named",
    "personas": "server/test_limits.py::test_inp_05_personas_and_extensions",
    "positions": "server/test_limits.py::test_inp_05_who_is_watched_and_positions",
    "extensions": "server/test_limits.py::test_inp_05_personas_and_extensions",
    "communities": "server/test_limits.py::test_inp_05_communities_of_an_account",
    "follows": "server/test_limits.py::test_inp_05_rooms_that_an_account_follows",
    "directs_from_others": "server/test_limits.py::test_inp_05_directs_that_others_open",
    "directs": "server/test_limits.py::test_inp_05_directs_of_an_account",
    "rooms": "server/test_limits.py::test_inp_05_rooms_of_a_community",
    "direct_people": "server/test_limits.py::test_inp_05_people_in_a_direct",
    "sessions": "server/test_limits.py::test_inp_05_devices_of_an_account",
    "connections": "server/test_limits.py::test_inp_05_connections_of_an_account",
    "waiting_writes": "wire/test_overload.py::test_avl_02_what_is_too_much_is_refused_at_once_and_the_rest_is_kept",
    "reason_chars": "server/test_limits.py::test_inp_05_texts",
    "tags": "server/test_tags.py::test_inp_05_tags_of_a_community",
    "tag_chars": "server/test_tags.py::test_inp_05_the_length_of_a_tag",
    "interests": "server/test_interests.py::test_inp_05_interests_of_a_person_in_a_place",
    "found": "server/test_finding.py::test_inp_05_how_many_are_found",
    "query_chars": "server/test_search.py::test_inp_05_how_long_a_search_is_and_how_many_are_found",
    "query_terms": "server/test_search.py::test_inp_05_how_long_a_search_is_and_how_many_are_found",
    "hits": "server/test_search.py::test_inp_05_how_long_a_search_is_and_how_many_are_found",
    "searches": "server/test_search.py::test_inp_05_so_many_searches_of_an_account_are_under_way_and_no_more",
    "suggestions": "server/test_discovery.py::test_inp_05_how_many_are_suggested",
    "dismissed": "server/test_discovery.py::test_inp_05_how_many_are_dismissed",
    "discoveries": "server/test_discovery.py::test_who_looks_around_without_end_is_told_to_wait_and_before_that_so",
    "discovery_seconds": "server/test_discovery.py::test_who_looks_around_without_end_is_told_to_wait_and_before_that_so",
    "reports": "server/test_limits.py::test_inp_05_reports_that_wait_for_an_answer",
    "welcome_bytes": "server/test_limits.py::test_inp_05_texts",
    "newcomer_days": "server/test_greeters.py::test_after_two_weeks_nobody_is_new_any_more",
    "greeters": "server/test_limits.py::test_inp_05_greeters_of_a_community",
    "volunteers": "server/test_limits.py::test_inp_05_volunteers_of_a_community",
    "reaches": "server/test_limits.py::test_inp_05_communities_that_one_says_something_of",
    "quote_bytes": "server/test_limits.py::test_inp_05_texts",
    "quotes": "server/test_limits.py::test_inp_05_quotes_of_a_member",
    "portrait_quotes": "server/test_limits.py::test_inp_05_quotes_of_a_portrait",
    "quotes_asked": "server/test_limits.py::test_inp_05_quotes_that_one_asks_for",
    "quotes_asked_of": "server/test_limits.py::test_inp_05_quotes_that_one_is_asked_for",
    "passage_bytes": "server/test_limits.py::test_inp_05_texts",
    "milestones": "server/test_limits.py::test_inp_05_milestones_of_a_portrait",
    "proposals": "server/test_limits.py::test_inp_05_changes_to_a_portrait_that_wait",
    "community_proposals": "server/test_limits.py::test_inp_05_changes_to_a_portrait_of_everybody",
    "rules_bytes": "server/test_limits.py::test_inp_05_texts",
    "questions": "server/test_limits.py::test_inp_05_questions_at_the_door",
    "question_chars": "server/test_limits.py::test_inp_05_questions_at_the_door",
    "answer_chars": "server/test_joining.py::test_inp_05_an_answer_at_the_door",
    "requests": "server/test_joining.py::test_inp_05_requests_of_an_account",
    "requests_waiting": "server/test_joining.py::test_inp_05_requests_in_a_community",
    "declined_seconds": "server/test_joining.py::test_who_was_declined_may_ask_again_after_a_while",
    "invites": "server/test_invites.py::test_inp_05_invites_of_a_community_and_of_a_member",
    "invites_member": "server/test_invites.py::test_inp_05_invites_of_a_community_and_of_a_member",
    "invite_uses": "server/test_invites.py::test_inp_05_people_whom_an_invite_lets_in",
    "preview_rooms": "server/test_door.py::test_inp_05_a_preview_shows_so_much_and_no_more",
    "preview_messages": "server/test_door.py::test_inp_05_a_preview_shows_so_much_and_no_more",
    "preview_bytes": "server/test_door.py::test_inp_05_a_preview_shows_so_much_and_no_more",
    "pins": "server/test_pins.py::test_inp_05_so_many_are_pinned_in_a_room_and_no_more",
    "bookmarks": "server/test_bookmarks.py::test_inp_05_an_account_has_so_many_bookmarks_and_no_more",
    "note_chars": "server/test_bookmarks.py::test_inp_05_a_note_is_so_long_and_no_longer",
    "room_mentions": "server/test_room_mentions.py::test_inp_05_everybody_is_mentioned_so_often_in_an_hour_and_no_more",
    "room_mention_ms": "server/test_room_mentions.py::test_inp_05_everybody_is_mentioned_so_often_in_an_hour_and_no_more",
    "reactions": "server/test_reactions.py::test_inp_05_a_message_has_so_many_different_reactions",
    "edits": "server/test_edits.py::test_inp_05_a_message_is_edited_so_often_and_no_more",
    "retention_days": "server/test_retention.py::test_inp_05_how_long_a_room_may_keep_what_is_said",
    "retention_messages": "server/test_retention.py::test_inp_05_how_long_a_room_may_keep_what_is_said",
    "retention_grace_ms": "server/test_retention.py::test_inp_05_the_grace_in_which_a_stricter_retention_removes_nothing",
    "sealed_ms": "store/test_erasing.py::test_a_membership_is_sealed_when_its_time_is_over",
    "erase_grace_ms": "server/test_erasure.py::test_until_the_grace_is_over_the_account_is_as_it_was_and_signing_in_keeps_it",
    "blocks": "server/test_limits.py::test_inp_05_people_whom_an_account_blocks",
    **dict.fromkeys(
        ("silence_ms", "silence_least_ms", "ban_ms", "invite_ms", "invite_least_ms", "status_ms", "notify_choice_ms"),
        "server/test_limits.py::test_inp_05_how_long_something_holds_that_ends_by_itself",
    ),
    **dict.fromkeys(
        ("want_communities", "want_notices"), "server/test_limits.py::test_inp_05_what_a_session_names_as_wanted"
    ),
    "welcome_rooms": "server/test_limits.py::test_inp_05_rooms_of_a_welcome",
    "handle_least": "server/test_limits.py::test_inp_05_a_handle_has_as_many_characters_as_is_told",
    "cursor_chars": "server/test_limits.py::test_inp_05_where_a_page_ended",
    "emoji_chars": "server/test_limits.py::test_inp_05_one_emoji",
    "prefix_least": "server/test_search.py::test_inp_05_how_much_of_a_word_stands_before_its_star",
}  # fmt: skip
TESTS = Path(__file__).parents[1]


def test_inp_05_every_limit_has_a_test():
    assert set(PROVEN) == set(limits.TABLE)
    for limit, where in PROVEN.items():
        file, _, test = where.partition("::")
        defined = {node.name for node in ast.parse((TESTS / file).read_text("utf-8")).body if hasattr(node, "name")}
        assert test in defined, f"{limit}: there is no {where}"


def test_inp_05_every_limit_says_its_unit_and_its_reason():
    for limit in limits.TABLE.values():
        assert limit.unit, limit.name
        assert len(limit.reason) > 5, limit.name
        assert limits.value(limit, Config()) > 0, limit.name


async def test_inp_05_hello_tells_every_limit_of_the_table():
    async with world_of(budget=77) as world:
        hello = world.app.services.hello
        told = msgspec.to_builtins(hello.limits)
        assert told == {name: limits.value(limit, world.config) for name, limit in limits.TABLE.items()}
        assert told["budget"] == 77
        assert told["sign_in_ms"] == hello.sign_in_ms


def test_all_that_an_account_can_have_fits_into_one_sync():
    table = limits.TABLE
    logs = ("communities", "communities", "follows", "directs")  # a community has its stewards' log besides
    assert 1 + sum(table[name].value for name in logs) <= table["positions"].value


@pytest.mark.parametrize(
    ("limit", "command", "field", "unit"),
    [
        ("body_bytes", SendMessage, "body", "é"),
        ("name_chars", UpdateAccount, "display_name", "😀"),
        ("name_chars", CreateCommunity, "name", "x"),
        ("about_chars", UpdateAccount, "bio", "é"),
        ("about_chars", CreateCommunity, "about", "x"),
        ("topic_chars", SetTopic, "topic", "😀"),
        ("topic_chars", CreateRoom, "topic", "x"),
        ("passage_bytes", ProposePortrait, "text", "é"),
        ("quote_bytes", AskQuote, "text", "é"),
        ("welcome_bytes", SetWelcome, "text", "é"),
        ("reason_chars", SetGreeter, "reason", "é"),
        ("reason_chars", ProposePortrait, "note", "é"),
        ("topic_chars", UpdateCorner, "title", "é"),
        ("reason_chars", BanMember, "reason", "é"),
        ("reason_chars", FileReport, "reason", "x"),
        ("reason_chars", SilenceMember, "reason", "😀"),
        ("rules_bytes", UpdateCommunity, "rules", "é"),
        ("about_chars", UpdateCommunity, "about", "x"),
        ("name_chars", UpdateCommunity, "name", "x"),
    ],
)
async def test_inp_05_texts(limit, command, field, unit):
    async with world_of() as world:
        (bob,) = await world.join("garden/hall", "bob")
        founder = world.founder("garden")
        most = getattr(world.app.services.hello.limits, limit)
        if limit in ("body_bytes", "passage_bytes", "rules_bytes", "quote_bytes", "welcome_bytes"):
            most //= len(unit.encode())
        needed: dict[type[Command], dict[str, Any]] = {
            SendMessage: {"room": founder.room},
            SetTopic: {"room": founder.room},
            CreateCommunity: {"slug": "meadow", "name": "Meadow"},
            CreateRoom: {"community": world.id("garden"), "slug": "shed"},
            UpdateCommunity: {"community": world.id("garden")},
            UpdateCorner: {"community": world.id("garden")},
            BanMember: {"community": world.id("garden"), "member": bob.member},
            FileReport: {"community": world.id("garden"), "member": bob.member},
            SilenceMember: {"community": world.id("garden"), "member": bob.member, "for_ms": DAY},
            AskQuote: {"community": world.id("garden")},
            SetWelcome: {"community": world.id("garden")},
            SetGreeter: {"community": world.id("garden"), "state": "volunteers"},
            ProposePortrait: {"community": world.id("garden"), "section": "about", "base": 0, "text": "Beans"},
        }
        rest = needed.get(command, {})
        refused = await founder.refused(command, **{**rest, field: unit * (most + 1)})
        assert refused.code in (codes.FIELD_TOO_LONG.code, codes.FIELD_INVALID.code)
        assert refused.field == field
        await founder.ask(command, **{**rest, field: unit * most})


@pytest.mark.parametrize(
    "command",
    [
        ReadEntries,
        ReadMessages,
        ListMembers,
        ListBans,
        ListReports,
        ListVersions,
        ListProposals,
        ListCorners,
        ReadPosts,
        ReadReactions,
    ],
)
async def test_inp_05_pages(command):
    async with world_of() as world:
        await world.join("garden/hall")
        founder = world.founder("garden")
        said = await founder.say("hi")
        most = world.app.services.hello.limits.page_entries
        needed: dict[type[Command], dict[str, Any]] = {
            ReadEntries: {"log": founder.room, "after": 0},
            ReadMessages: {"room": founder.room},
            ListMembers: {"community": world.id("garden")},
            ListBans: {"community": world.id("garden")},
            ListReports: {"community": world.id("garden")},
            ListVersions: {"community": world.id("garden")},
            ListProposals: {"community": world.id("garden")},
            ListCorners: {"community": world.id("garden")},
            ReadPosts: {"room": founder.room},
            ReadReactions: {"room": founder.room, "message": said.seq},
        }
        rest = needed[command]
        await founder.ask(command, **rest, limit=most)
        for limit in (most + 1, 0, -1):
            refused = await founder.refused(command, **rest, limit=limit)
            assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "limit")


async def most_and_one_more(person: Person, most: int, command: type[Command], **fields: Any) -> None:
    """The last one within the limit is done; the next one is refused by name, and changes nothing."""
    for number in range(most):
        await person.ask(command, **{name: value(number) for name, value in fields.items()})
    heads = person.world.heads()
    refused = await person.refused(command, **{name: value(most) for name, value in fields.items()})
    assert refused.code == codes.LIMIT_REACHED.code
    assert str(limit_in(refused.message)) in refused.message
    assert person.world.heads() == heads


def limit_in(message: str) -> int:
    (number,) = [int(word) for word in message.split() if word.isdigit()]
    return number


async def test_inp_05_communities_of_an_account(monkeypatch):
    async with world_of() as world:
        assert world.app.services.hello.limits.communities == limits.COMMUNITIES_PER_ACCOUNT
        monkeypatch.setattr(community_rules, "COMMUNITIES_PER_ACCOUNT", 3)
        ann = await world.person("ann")
        await most_and_one_more(ann, 3, CreateCommunity, slug="place-{}".format, name="Place {}".format)
        await world.join("garden/hall")
        assert (await ann.refused(JoinCommunity, community="garden")).code == codes.LIMIT_REACHED.code
        await world.join_too(ann, "place-0")  # being there already is not one more


async def test_inp_05_rooms_of_a_community(monkeypatch):
    async with world_of() as world:
        assert world.app.services.hello.limits.rooms == limits.ROOMS_PER_COMMUNITY
        monkeypatch.setattr(room_rules, "ROOMS_PER_COMMUNITY", 3)
        await world.join("garden")
        founder, garden = world.founder("garden"), world.id("garden")
        await most_and_one_more(founder, 3, CreateRoom, community=lambda number: garden, slug="room-{}".format)
        refused = await founder.refused(CreateRoom, community=garden, slug="cellar", kind="private")
        assert refused.code == codes.LIMIT_REACHED.code


async def test_inp_05_rooms_that_an_account_follows(monkeypatch):
    async with world_of() as world:
        assert world.app.services.hello.limits.follows == limits.FOLLOWS_PER_ACCOUNT
        monkeypatch.setattr(room_rules, "FOLLOWS_PER_ACCOUNT", 2)
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await world.join("library/desk")
        founder = world.founder("library")
        await founder.ask(CreateRoom, community=world.id("library"), slug="attic")
        refused = await founder.refused(CreateRoom, community=world.id("library"), slug="annex")
        assert refused.code == codes.LIMIT_REACHED.code
        assert len((await world.join_too(bob, "library")).rooms) == 1, "as many as there is room for"
        heads = world.heads()
        assert (await bob.refused(FollowRoom, room=await other_room(world, bob))).code == codes.LIMIT_REACHED.code
        assert world.heads() == heads
        await world.direct(ann, bob)  # directs count apart: nobody takes the place of a room that one follows
        await bob.ask(FollowRoom, room=bob.room)  # is followed already
        await bob.ask(UnfollowRoom, room=bob.room)
        await bob.ask(FollowRoom, room=await other_room(world, bob))


async def other_room(world: World, person: Person) -> str:
    """The room of the library that this person does not follow."""
    rooms = (await person.ask(ListRooms, community=world.id("library"))).rooms
    (other,) = [room.id for room in rooms if not room.following]
    return str(other)


async def test_inp_05_people_whom_an_account_blocks(monkeypatch):
    async with world_of() as world:
        assert world.app.services.hello.limits.blocks == limits.BLOCKS_PER_ACCOUNT
        monkeypatch.setattr(block_rules, "BLOCKS_PER_ACCOUNT", 2)
        ann, *_ = [await world.person(handle) for handle in ("ann", "bob", "cyd", "dan")]
        await ann.ask(SetBlock, kind="block", handle="bob")
        await ann.ask(SetBlock, kind="mute", handle="cyd")
        refused = await ann.refused(SetBlock, kind="mute", handle="dan")
        assert (refused.code, limit_in(refused.message)) == (codes.LIMIT_REACHED.code, 2)
        await ann.ask(SetBlock, kind="mute", handle="bob")  # is listed already
        await ann.ask(SetBlock, kind="none", handle="bob")
        await ann.ask(SetBlock, kind="mute", handle="dan")


async def test_inp_05_reports_that_wait_for_an_answer(monkeypatch):
    async with world_of() as world:
        assert world.app.services.hello.limits.reports == limits.REPORTS_PER_ACCOUNT
        monkeypatch.setattr(report_rules, "REPORTS_PER_ACCOUNT", 2)
        ann, bob = await world.join("garden/hall", "ann", "bob")
        garden, founder = world.id("garden"), world.founder("garden")
        about = {"community": garden, "member": bob.member}
        await most_and_one_more(ann, 2, FileReport, **{k: (lambda _, v=v: v) for k, v in about.items()}, reason=str)
        (first, _) = (await founder.ask(ListReports, community=garden)).reports
        await founder.ask(ResolveReport, community=garden, report=first.seq, outcome="declined")
        await ann.ask(FileReport, **about, reason="once more")


async def test_inp_05_changes_to_a_portrait_that_wait(monkeypatch):
    async with world_of() as world:
        assert world.app.services.hello.limits.proposals == limits.PROPOSALS_PER_MEMBER
        monkeypatch.setattr(portrait_rules, "PROPOSALS_PER_MEMBER", 2)
        ann, bob = await world.join("garden/hall", "ann", "bob")
        fields = {"community": world.id("garden"), "section": "about", "base": 0}
        await most_and_one_more(ann, 2, ProposePortrait, **{k: (lambda _, v=v: v) for k, v in fields.items()}, text=str)
        await bob.ask(ProposePortrait, **fields, text="others are not in the way")
        await world.founder("garden").ask(MergeProposal, community=world.id("garden"), proposal=1)
        await ann.ask(ProposePortrait, **{**fields, "base": 1}, text="once more")


async def test_inp_05_changes_to_a_portrait_of_everybody(monkeypatch):
    async with world_of() as world:
        monkeypatch.setattr(portrait_rules, "PROPOSALS_PER_COMMUNITY", 1)
        ann, bob = await world.join("garden/hall", "ann", "bob")
        fields = {"community": world.id("garden"), "section": "about", "base": 0}
        await ann.ask(ProposePortrait, **fields, text="first")
        refused = await bob.refused(ProposePortrait, **fields, text="second")
        assert (refused.code, limit_in(refused.message)) == (codes.LIMIT_REACHED.code, 1)
        await world.founder("garden").ask(ProposePortrait, **fields, text="stewards are not held up", merge=True)


async def test_inp_05_quotes_of_a_member(monkeypatch):
    async with world_of() as world:
        assert world.app.services.hello.limits.quotes == limits.QUOTES_PER_MEMBER
        monkeypatch.setattr(quote_rules, "QUOTES_PER_MEMBER", 2)
        (ann,) = await world.join("garden/hall", "ann")
        garden, founder = world.id("garden"), world.founder("garden")
        await most_and_one_more(ann, 2, AskQuote, community=lambda _: garden, text=str)
        said = await ann.say("one more")
        await founder.ask(AskQuote, community=garden, room=ann.room, message=said.seq, text="one more")
        (asked,) = (await ann.ask(ListQuotes, community=garden)).asked
        refused = await ann.refused(ConsentToQuote, community=garden, quote=asked.quote, agree=True)
        assert (refused.code, limit_in(refused.message)) == (codes.LIMIT_REACHED.code, 2)


async def test_inp_05_quotes_of_a_portrait(monkeypatch):
    async with world_of() as world:
        monkeypatch.setattr(portrait_rules, "QUOTES_PER_PORTRAIT", 1)
        (ann,) = await world.join("garden/hall", "ann")
        garden, founder = world.id("garden"), world.founder("garden")
        for text in ("one", "two"):
            await ann.ask(AskQuote, community=garden, text=text)
        await founder.ask(MergeProposal, community=garden, proposal=1)
        refused = await founder.refused(MergeProposal, community=garden, proposal=2)
        assert (refused.code, limit_in(refused.message)) == (codes.LIMIT_REACHED.code, 1)


async def test_inp_05_quotes_that_one_asks_for(monkeypatch):
    async with world_of() as world:
        assert world.app.services.hello.limits.quotes_asked == limits.QUOTES_ASKED_BY_MEMBER
        monkeypatch.setattr(quote_rules, "QUOTES_ASKED_BY_MEMBER", 2)
        ann, bob = await world.join("garden/hall", "ann", "bob")
        garden = world.id("garden")
        said = [(await bob.say("beans")).seq for _ in range(3)]
        same = {"community": garden, "room": bob.room, "text": "beans"}
        await most_and_one_more(
            ann, 2, AskQuote, **{k: (lambda _, v=v: v) for k, v in same.items()}, message=said.__getitem__
        )


async def test_inp_05_quotes_that_one_is_asked_for(monkeypatch):
    async with world_of() as world:
        monkeypatch.setattr(quote_rules, "QUOTES_ASKED_OF_MEMBER", 1)
        ann, bob, cyd = await world.join("garden/hall", "ann", "bob", "cyd")
        same = {"community": world.id("garden"), "room": bob.room, "text": "beans"}
        await ann.ask(AskQuote, **same, message=(await bob.say("beans")).seq)
        refused = await cyd.refused(AskQuote, **same, message=(await bob.say("beans")).seq)
        assert refused.code == codes.QUOTE_REFUSED.code, "how much others are asked for is not told"


async def test_inp_05_greeters_of_a_community(monkeypatch):
    async with world_of() as world:
        monkeypatch.setattr(greeter_rules, "GREETERS_PER_COMMUNITY", 1)
        people = await world.join("garden/hall", "ann", "bob")
        garden, founder = world.id("garden"), world.founder("garden")
        for person in people:
            await person.ask(SetGreeter, community=garden, state="volunteers")
        await founder.ask(SetGreeter, community=garden, member=people[0].member, state="greets")
        refused = await founder.refused(SetGreeter, community=garden, member=people[1].member, state="greets")
        assert (refused.code, limit_in(refused.message)) == (codes.LIMIT_REACHED.code, 1)


async def test_inp_05_volunteers_of_a_community(monkeypatch):
    async with world_of() as world:
        monkeypatch.setattr(greeter_rules, "VOLUNTEERS_PER_COMMUNITY", 1)
        ann, bob = await world.join("garden/hall", "ann", "bob")
        await ann.ask(SetGreeter, community=world.id("garden"), state="volunteers")
        refused = await bob.refused(SetGreeter, community=world.id("garden"), state="volunteers")
        assert (refused.code, limit_in(refused.message)) == (codes.LIMIT_REACHED.code, 1)


async def test_inp_05_communities_that_one_says_something_of(monkeypatch):
    async with world_of() as world:
        monkeypatch.setattr(reach_rules, "REACHES_PER_ACCOUNT", 1)
        (ann,) = await world.join("garden/hall", "ann")
        await ann.ask(SetReach, directs="known")
        refused = await ann.refused(SetReach, community=world.id("garden"), directs="known")
        assert (refused.code, limit_in(refused.message)) == (codes.LIMIT_REACHED.code, 1)
        await ann.ask(SetReach, directs="nobody")
        await ann.ask(SetReach, directs="")
        await ann.ask(SetReach, community=world.id("garden"), directs="known")


async def test_inp_05_milestones_of_a_portrait():
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        most = world.app.services.hello.limits.milestones
        dated = [Milestone(date=f"{2000 + number}", text="é" * 250) for number in range(most + 1)]
        fields = {"community": world.id("garden"), "section": "milestones", "base": 0}
        refused = await ann.refused(ProposePortrait, **fields, milestones=dated)
        assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "milestones")
        await ann.ask(ProposePortrait, **fields, milestones=dated[1:])


async def test_inp_05_questions_at_the_door():
    async with world_of() as world:
        await world.join("garden/hall")
        founder, garden = world.founder("garden"), world.id("garden")
        told = world.app.services.hello.limits
        question = "é" * told.question_chars
        await founder.ask(UpdateCommunity, community=garden, questions=[question] * told.questions)
        refused = await founder.refused(UpdateCommunity, community=garden, questions=["x"] * (told.questions + 1))
        assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "questions")
        refused = await founder.refused(UpdateCommunity, community=garden, questions=[f"{question}e"])
        assert (refused.code, refused.field) == (codes.FIELD_TOO_LONG.code, "questions[0]")


async def test_inp_05_directs_of_an_account(monkeypatch):
    async with world_of() as world:
        for bound in ("DIRECTS_PER_ACCOUNT", "DIRECTS_FROM_OTHERS"):
            monkeypatch.setattr(room_rules, bound, 2)
        ann, *others = [await world.person(handle) for handle in ("ann", "bob", "cyd", "dot")]
        await world.direct(ann, others[0])
        await world.direct(others[1], ann)
        heads = world.heads()
        refused = await ann.refused(OpenDirect, handles=["dot"])
        assert (refused.code, limit_in(refused.message)) == (codes.LIMIT_REACHED.code, 2)
        refused = await others[2].refused(OpenDirect, handles=["ann"])  # how many others have is not told
        assert refused.code == codes.DIRECT_REFUSED.code
        assert world.heads() == heads
        await world.direct(ann, others[0])  # is there already


async def test_inp_05_directs_that_others_open(monkeypatch):
    """Strangers can't take away the directs that one opens oneself."""
    async with world_of() as world:
        monkeypatch.setattr(room_rules, "DIRECTS_FROM_OTHERS", 2)
        ann, *others = [await world.person(handle) for handle in ("ann", "bob", "cyd", "dot", "fay")]
        await world.direct(others[0], ann)
        await world.direct(others[1], ann)
        assert (await others[2].refused(OpenDirect, handles=["ann"])).code == codes.DIRECT_REFUSED.code
        await world.direct(ann, others[2])


async def test_inp_05_devices_of_an_account(monkeypatch):
    """The oldest that is not connected is signed out; who is there stays, and nobody is kept out."""
    async with world_of() as world:
        monkeypatch.setattr(session_rules, "SESSIONS_PER_ACCOUNT", 3)
        ann = await world.person("ann")
        devices = []
        for _ in range(2):
            device = Person(world)
            signed = await device.ask(SignIn, handle="ann", password=PASSWORD)
            device.token = signed.token
            devices.append(device)
        devices[0].leave()
        fourth = Person(world)
        await fourth.ask(SignIn, handle="ann", password=PASSWORD)
        assert (await Person(world).refused(SignIn, token=devices[0].token)).code == codes.TOKEN_INVALID.code
        assert world.app.services.sessions.ended == 1, "who is just coming in by it must find that out"
        for token in (ann.token, devices[1].token):
            await Person(world).ask(SignIn, token=token)
        assert ann.closed is devices[1].closed is None
        assert len(world.app.store._tx.sessions_by_secret) == 3  # type: ignore[attr-defined]  # looks inside the reference


async def test_inp_05_connections_of_an_account():
    """One more than there may be is let in, and the oldest (in life: the one that was silent longest) is closed."""
    async with world_of(account_connections=3) as world:
        bob = await world.person("bob")
        ann = await world.person("ann")
        others = [await ann.again() for _ in range(2)]
        assert [person.closed for person in (ann, *others)] == [None] * 3
        newest = await ann.again()
        assert [person.closed for person in (ann, *others, newest)] == [CloseCode.CROWDED_OUT, None, None, None]
        assert not comes_back(CloseCode.CROWDED_OUT), "two of too many would push each other out for ever"
        await newest.ask(Ping)
        assert bob.closed is None


async def test_inp_05_people_in_a_direct():
    async with world_of() as world:
        most = world.app.services.hello.limits.direct_people
        people = [await world.person(f"person-{number}") for number in range(most + 1)]
        handles = [person.handle for person in people[1:]]
        refused = await people[0].refused(OpenDirect, handles=handles)
        assert refused.field == "handles"
        await people[0].ask(OpenDirect, handles=handles[:-1])


async def test_inp_05_who_is_watched_and_positions():
    async with world_of() as world:
        ann = await world.person("ann")
        told = world.app.services.hello.limits
        await ann.ask(WatchPresence, members=[f"m_{number}" for number in range(told.watched)])
        refused = await ann.refused(WatchPresence, members=[f"m_{number}" for number in range(told.watched + 1)])
        assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "members")
        for command in (Sync, ReadChanged):
            positions = {f"r_{number}": 0 for number in range(told.positions)}
            await ann.ask(command, positions=positions)
            refused = await ann.refused(command, positions={**positions, "r": 0})
            assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "positions")


async def test_inp_05_what_a_session_names_as_wanted():
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        told = world.app.services.hello.limits
        communities, notices = [world.id("garden")] * told.want_communities, ["typing"] * told.want_notices
        await ann.ask(Sync, want=Want(communities=communities, notices=notices))
        for field, want in (
            ("want.communities", Want(communities=[*communities, world.id("garden")])),
            ("want.notices", Want(notices=[*notices, "typing"])),
        ):
            refused = await ann.refused(Sync, want=want)
            assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, field)


async def test_inp_05_rooms_of_a_welcome():
    async with world_of() as world:
        await world.join("garden/hall")
        founder, most = world.founder("garden"), world.app.services.hello.limits.welcome_rooms
        rest = {"community": world.id("garden"), "text": "Begin here."}
        await founder.ask(SetWelcome, **rest, rooms=[founder.room] * most)
        refused = await founder.refused(SetWelcome, **rest, rooms=[founder.room] * (most + 1))
        assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "rooms")


@pytest.mark.parametrize(
    ("command", "most", "least"),
    [
        (SilenceMember, "silence_ms", "silence_least_ms"),
        (BanMember, "ban_ms", ""),
        (CreateInvite, "invite_ms", "invite_least_ms"),
        (SetStatus, "status_ms", ""),
        (SetNotify, "notify_choice_ms", ""),
    ],
)
async def test_inp_05_how_long_something_holds_that_ends_by_itself(command, most, least):
    async with world_of() as world:
        (bob,) = await world.join("garden/hall", "bob")
        founder, told = world.founder("garden"), world.app.services.hello.limits
        longest, shortest = getattr(told, most), getattr(told, least) if least else 0
        because = {"community": world.id("garden"), "member": bob.member, "reason": "loud"}
        rest: dict[type[Command], dict[str, Any]] = {
            SilenceMember: because,
            BanMember: because,
            CreateInvite: {"community": world.id("garden")},
            SetNotify: {"place": founder.room, "level": "all"},
        }

        def lasting(for_ms: int) -> dict[str, Any]:
            return {"status": NewStatus(text="away", for_ms=for_ms)} if command is SetStatus else {"for_ms": for_ms}

        for for_ms in (shortest - 1, longest + 1):
            refused = await founder.refused(command, **rest.get(command, {}), **lasting(for_ms))
            assert refused.code == codes.FIELD_INVALID.code
            assert refused.field.split(".")[-1] == "for_ms"
        for for_ms in (shortest, longest):
            if command is BanMember and for_ms == longest:
                because = {**because, "member": (await world.join("garden/hall", "cid"))[0].member}
                rest[BanMember] = because
            await founder.ask(command, **rest.get(command, {}), **lasting(for_ms))


async def test_inp_05_a_handle_has_as_many_characters_as_is_told():
    async with world_of() as world:
        least = world.app.services.hello.limits.handle_least
        refused = await Person(world).refused(SignUp, handle="a" * (least - 1), password=PASSWORD)
        assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "handle")
        await Person(world).ask(SignUp, handle="a" * least, password=PASSWORD)


@pytest.mark.parametrize("command", [RecentRooms, ExportAccount, SearchMessages])
async def test_inp_05_where_a_page_ended(command):
    async with world_of() as world:
        (ann,) = await world.join("garden/hall", "ann")
        most = world.app.services.hello.limits.cursor_chars
        rest = {"query": "beans"} if command is SearchMessages else {}
        refused = await ann.refused(command, **rest, after="x" * (most + 1))
        assert (refused.code, refused.field) == (codes.FIELD_TOO_LONG.code, "after")
        refused = await ann.refused(command, **rest, after="x" * most)  # it is no place where a page of ours ended
        assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "after")


async def test_inp_05_one_emoji():
    async with world_of() as world:
        await world.join("garden/hall")
        founder, most = world.founder("garden"), world.app.services.hello.limits.emoji_chars
        said = await founder.say("hi")
        message = {"room": founder.room, "message": said.seq}
        await founder.ask(AddReaction, **message, emoji="🌱".ljust(most))
        refused = await founder.refused(AddReaction, **message, emoji="🌱".ljust(most + 1))
        assert (refused.code, refused.field) == (codes.FIELD_TOO_LONG.code, "emoji")


async def test_inp_05_personas_and_extensions():
    async with world_of() as world:
        ann = await world.person("ann")
        told = world.app.services.hello.limits
        wanted = [PersonaRef(member=f"m_{number}") for number in range(told.personas + 1)]
        await ann.ask(ResolveMembers, members=wanted[1:])
        refused = await ann.refused(ResolveMembers, members=wanted)
        assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "members")
        (bob,) = await world.join("garden/hall", "bob")
        members = [f"m_{number}" for number in range(told.corners + 1)]
        await bob.ask(ListCorners, community=world.id("garden"), members=members[1:])
        refused = await bob.refused(ListCorners, community=world.id("garden"), members=members)
        assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "members")
        names = [f"x.vendor/{number}" for number in range(told.extensions + 1)]
        await ann.ask(Enable, extensions=names[1:])
        refused = await ann.refused(Enable, extensions=names)
        assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "extensions")


@pytest.mark.parametrize(
    ("limit", "field", "unit"),
    [
        ("handle_chars", "handle", "a"),
        ("password_chars", "password", "😀"),
        ("key_chars", "device", "é"),
        ("secret_chars", "invite", "x"),
    ],
)
async def test_inp_05_what_one_signs_up_and_in_with(limit, field, unit):
    async with world_of() as world:
        most = getattr(world.app.services.hello.limits, limit)
        rest = {"handle": "ann", "password": PASSWORD}
        hashed = world.app.services.passwords.hashed
        refused = await Person(world).refused(SignUp, **{**rest, field: unit * (most + 1)})
        assert (refused.code, refused.field) == (codes.FIELD_TOO_LONG.code, field)
        assert world.app.services.passwords.hashed == hashed, "it cost a hash"
        if limit == "secret_chars":
            assert (await Person(world).refused(SignUp, **rest, invite=unit * most)).code == codes.INVITE_INVALID.code
            assert (await Person(world).refused(SignIn, token=unit * most)).code == codes.TOKEN_INVALID.code
            assert (await Person(world).refused(SignIn, token=unit * (most + 1))).field == "token"
        else:
            await Person(world).ask(SignUp, **{**rest, field: unit * most})


async def test_inp_05_a_password_has_as_many_characters_as_is_told():
    async with world_of() as world:
        least = world.app.services.hello.limits.password_least
        refused = await Person(world).refused(SignUp, handle="ann", password="é" * (least - 1))
        assert (refused.code, refused.field) == (codes.FIELD_INVALID.code, "password")
        assert limit_in(refused.message) == least
        await Person(world).ask(SignUp, handle="ann", password="é" * least)


@pytest.mark.parametrize(
    ("command", "field"),
    [
        (BrowseCommunities, "query"),
        (BrowseCommunities, "after"),
        (Sync, "epoch"),
        (ReadEntries, "log"),
        (SendMessage, "nonce"),
        (ListMembers, "after"),
    ],
)
async def test_inp_05_what_names_something(command, field):
    async with world_of() as world:
        await world.join("garden/hall")
        founder = world.founder("garden")
        most = world.app.services.hello.limits.key_chars
        needed: dict[type[Command], dict[str, Any]] = {
            ReadEntries: {"after": 0},
            SendMessage: {"room": founder.room, "body": "hi"},
            ListMembers: {"community": world.id("garden")},
        }
        rest = needed.get(command, {})
        refused = await founder.refused(command, **rest, **{field: "x" * (most + 1)})
        assert (refused.code, refused.field) == (codes.FIELD_TOO_LONG.code, field)
        if field == "log":
            assert (await founder.refused(command, **rest, log="x" * most)).code == codes.LOG_GONE.code
        else:
            await founder.ask(command, **rest, **{field: "x" * most})


async def test_passwords_wait_in_a_bounded_queue(monkeypatch):
    async with world_of() as world:
        passwords = world.app.services.passwords
        passwords._room = 2
        people = [Person(world) for _ in range(3)]
        ids = [person.begin(SignUp, handle=f"person-{n}", password=PASSWORD) for n, person in enumerate(people)]
        await people[2].answered(ids[2])
        assert people[2].replies[ids[2]].code == codes.BUSY.code
        assert people[2].replies[ids[2]].retry_after_ms > 0
        for person, id in zip(people[:2], ids[:2], strict=True):
            await person.reply(id, SignUp.Reply)

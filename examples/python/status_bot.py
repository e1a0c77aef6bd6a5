"""Shows that somebody is in a meeting. Standard library only."""

import json
import urllib.error
import urllib.parse
import urllib.request

MEETING_SECONDS = 2 * 60 * 60


class Slack:
    """Calls Slack's Web API, or a server that speaks it."""

    def __init__(self, token, api):
        self.token = token
        self.api = api

    def call(self, method, **arguments):
        """The answer, and the seconds to wait before the same call is sent again, where there is a limit."""
        request = urllib.request.Request(
            self.api + method,
            data=urllib.parse.urlencode(arguments).encode(),
            headers={"Authorization": f"Bearer {self.token}"},
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return json.load(response), None
        except urllib.error.HTTPError as error:
            with error:
                if error.code != 429:
                    raise
                return json.load(error), int(error.headers["Retry-After"])


def show_meeting(slack, now):
    """For two hours from `now` in Unix seconds. Tells what came of it."""
    profile = {
        "status_text": "In a meeting",
        "status_emoji": ":calendar:",
        "status_expiration": now + MEETING_SECONDS,
    }
    answer, wait = slack.call("users.profile.set", profile=json.dumps(profile))
    if wait is not None:
        return f"again in {wait} seconds"
    if answer["ok"]:
        return "shown"
    if answer["error"] == "token_revoked":
        return "signed out"
    raise RuntimeError(f"The status could not be shown: {answer['error']}")

import unittest

from nametag import Nametag
from status_bot import Slack, show_meeting

ADA = "U0ADA00001"


class StatusBotTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.nametag = Nametag()
        cls.addClassCleanup(cls.nametag.stop)

    def setUp(self):
        self.nametag.reset()
        self.now = self.nametag.move_clock(frozen=True)
        self.slack = Slack("xoxp-ada", self.nametag.api)

    def status_text(self):
        answer, _ = self.slack.call("users.profile.get")
        return answer["profile"]["status_text"]

    def test_the_status_goes_when_the_meeting_is_over(self):
        self.assertEqual(show_meeting(self.slack, self.now), "shown")
        self.assertEqual(self.status_text(), "In a meeting")
        self.nametag.move_clock(advance="2h")
        self.assertEqual(self.status_text(), "")

    def test_the_eleventh_status_within_a_minute_has_to_wait(self):
        for _ in range(10):
            self.assertEqual(show_meeting(self.slack, self.now), "shown")
        self.assertEqual(show_meeting(self.slack, self.now), "again in 60 seconds")
        self.now = self.nametag.move_clock(advance="1m")
        self.assertEqual(show_meeting(self.slack, self.now), "shown")

    def test_a_token_that_was_revoked_is_told_apart(self):
        self.nametag.add_fault(method="users.profile.set", user=ADA, error="token_revoked")
        self.assertEqual(show_meeting(self.slack, self.now), "signed out")
        self.assertEqual([call["fault"] for call in self.nametag.calls()], ["F1"])


if __name__ == "__main__":
    unittest.main()

-- Nobody signs up under a handle by which somebody is known in a community: whose it is, or looks like, is looked up in all of them.

CREATE INDEX members_claimed ON members (looks) WHERE claimed = 1 AND gone = 0;

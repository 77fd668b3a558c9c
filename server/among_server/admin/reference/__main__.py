"""`python -m among_server.admin.reference`."""

import sys

from . import main

sys.exit(main())

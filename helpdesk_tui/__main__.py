"""`python -m helpdesk_tui` is `helpdesk`."""

from helpdesk_tui.cli.main import main

main()

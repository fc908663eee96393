"""What every wing builds on: who acts, the audit log, the look of pages and API responses, the decorators of views."""

"""The local stack: the project's template on a local AWS emulator, on this machine alone.

Tools for a developer's machine and for the tests; nothing here is deployed, and nothing of the
package imports it.
"""

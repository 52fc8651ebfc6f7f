"""Storage (存储): how things are kept, on SQLite and on PostgreSQL alike. May import :mod:`engine` and nothing else of ours.

The way in
==========
::

    from models.migrations import upgrade
    upgrade(url)                                   # not async; from a coroutine: await asyncio.to_thread(upgrade, url)
    database = await Database.open(url)            # sqlite:///file.db or postgresql://…; settings asserted here
    await database.close()

    async with database.read() as reader: ...      # one snapshot, read only
    async with database.write() as unit: ...       # one transaction; leaving without unit.commit() rolls back
    answer = await database.run_command(command)   # async def command(unit): …; await unit.commit(); return answer

``run_command`` runs the WHOLE function again, at most five times, after a serialisation failure, a deadlock or a busy
database; so it must do nothing outside the unit. It refuses a command that wrote and did not commit. ``Unit`` is a
``Reader``: what reads takes either, what writes takes a unit. Errors are :mod:`models.errors`; driver errors never get out
as such unless they are faults of ours.

One command, in this order (locks are asserted to come as project, case, counter, head)
=========================================================================================
::

    known = await recall(unit, actor, route, key, request_hash)   # models.idempotency; an Answer, or None
    await claim(unit, actor, route, key, request_hash, now)       # (or once(), which does all of this)
    if not await lock_project(unit, project): …                   # models.ledger; False: no such project
    events = await events_of(unit, project)                       # then fold(events, case), the engine's commands …
    number = await take_number(unit, series, year, force)         # only to issue; gap-free
    stored = await append(unit, new, more={"policy": …, "key": …})  # the head's lock; at = max(last, now)
    await write_projections(unit, state, clocks, wakeups)         # models.projections, each case touched, folded anew
    certificate = await issue(unit, stored_event, number)         # models.certificates
    offenders = await certificate_offenders(unit, case)           # models.invariants; sentences, none where it may issue
    await remember(unit, actor, route, key, request_hash, status, body, now)
    await unit.commit()

``append`` makes the ``case_file`` row and the number for people (办件编号) of a ``CASE_OPENED``, keeps ``project.project_code``
and writes down each use of a file (a file that was never stored is refused). Take ``now`` inside the function: an instant
more than five seconds before the ledger's last is refused, and where the legal day has turned the command is run again.

Modules
=======
``ledger``       lock_project, lock_case, take_number, append, events_of, entries_of, head, verify_chain
``projections``  write_projections, case_rows; Clock and Wakeup, or anything that has their attributes
``rebuild``      rebuild(database, fold_clocks), differences(reader, fold_clocks); fold_clocks is
                 async def fold_clocks(reader, state): return clocks, wakeups
``projects``     add_project, project_of, find_projects, case_of, find_cases, items_of, due_wakeups, open_clocks
``certificates`` issue, seal, withdraw, certificate_of, of_case, pdf_of, unsealed; for checks by strangers by_number (with
                 the check code), by_pdf_hash, claimed (what a file says it is); withdrawal_of, withdrawals_until
``accounts``     add_account, account_by_login, account_of, accounts, change_account, open_session, session_account,
                 revoke_session, revoke_sessions
``idempotency``  recall, claim, remember, once, forget_before
``files``        keep_file, file_of, require_files, uses_of, unreferenced
``policies``     keep_source, source_of
``invariants``   run_all, certificate_offenders; RELIABILITY §2
``migrations``   upgrade, head, current

Instants go in and come out with a zone (UTC), days are :class:`datetime.date`, ids are UUIDv7 as text (``new_id``).
Who may see what is not decided here: ``find_projects(reader, owner=…)`` and ``find_cases(reader, owner=…, department=…)``
take it as arguments.
"""

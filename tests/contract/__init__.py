"""What every platform has to keep: the same behaviours, on each of them.

A new platform brings one module as ``driver.Platform`` describes it, and a line in
``conftest.PLATFORMS``. What cannot happen there it leaves out of ``CAN``, and the tests that need
it are not made for it. So that nothing is left out unseen, it stands here too:

| can | console | discord | slack | slack, directly | what it means |
|---|---|---|---|---|---|
| look | no | yes | yes | no | what was posted can be found again, rewritten and deleted |
| press | no | yes | yes | no | buttons stand under answers |
| fail | no | yes | yes | yes | the platform may be busy or down, or lose its reply |
| repeat | no | yes | yes | yes | a message may be delivered twice |
| change | no | yes | yes | yes | people edit and delete messages |
| crowd | no | yes | yes | no | there are other people: some are no admins, all can be pinged |
"""

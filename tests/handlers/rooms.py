"""A dormitory: rooms that are added by hand, beds inside them, and fire extinguishers that are counted."""

from __future__ import annotations

ROOMS = """
| survey | | | | | | | | |
| | type | name | label | appearance | relevant | required | default | repeat_count |
| | select_one grade | gate | 大门 | | | yes | | |
| | begin_repeat | room | 房间 | | | | | |
| | begin_group | look | 看一看 | field-list | | | | |
| | select_one grade | clean | 干净吗 | | | yes | | |
| | image | shot | 请拍下来 | | ${clean} = 'no' | yes | | |
| | text | said | 情况 | | | | | |
| | end_group | | | | | | | |
| | begin_repeat | bed | 床位 | | | | | |
| | text | who | 谁的床 | | | | | |
| | end_repeat | | | | | | | |
| | end_repeat | | | | | | | |
| | integer | many | 灭火器几个 | | | | | |
| | begin_repeat | tool | 灭火器 | | | | | ${many} |
| | select_one grade | full | 压力正常 | | | yes | | |
| | end_repeat | | | | | | | |
| choices | | | |
| | list_name | name | label |
| | grade | yes | ✅ 是 |
| | grade | no | ❌ 否 |
| settings | | | |
| | form_title | form_id | version |
| | 宿舍 | dormitory | 1 |
"""
"""1 gate; 2 clean and 3 bed inside rooms; 4 many; 5 full inside tools, as many as 4 says."""

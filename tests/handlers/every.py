"""A form that asks one question of every kind there is, for tests of how each is answered on a visit."""

from __future__ import annotations

VILLAGES = "\n".join(f"| | v | v{at} | 第{at}村 |" for at in range(1, 1001))
EVERY = f"""
| survey | | | | | | | | |
| | type | name | label | parameters | required | constraint | constraint_message | guidance_hint |
| | range | mark | 打分 | start=1 end=5 step=1 | yes | . > 1 | 最低两分。 | |
| | range | share | 比例 | start=0 end=100 step=5 | | | | |
| | rank g | first | 先后 | | | | | |
| | acknowledge | read | 已读须知 | | yes | | | |
| | time | begin | 几点到 | | | | | 按手表 |
| | dateTime | until | 何时走 | | | | | |
| | geopoint | here | 在哪 | | yes | | | |
| | geotrace | way | 路线 | | | | | |
| | barcode | code | 设备编号 | | | | | |
| | audio | voice | 录一段话 | | yes | | | |
| | video | film | 拍一段 | | | | | |
| | file | paper | 台账 | | | | | |
| | select_one v | village | 哪个村 | | | | | |
| | date | day | 哪天 | | | . <= today() | 不能晚于今天。 | |
| choices | | | |
| | list_name | name | label |
| | g | x | 甲 |
| | g | y | 乙 |
| | g | z | 丙 |
{VILLAGES}
| settings | | | |
| | form_title | form_id | version |
| | 各类题 | kinds | 1 |
"""
"""Items 1 to 14 in the order of their rows; 1, 4, 7 and 10 are required."""

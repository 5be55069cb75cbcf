/** What the trouble panel says. Apart from the other words, as it is for whoever tries a bot and not for people. */

import { pageLanguage } from "./words.js";

const ENGLISH = {
  title: "Trouble on purpose",
  why: "For trying out the bot: what can go wrong at Telegram can go wrong here.",
  network: "Network",
  calm: "Calm",
  rough: "Rough: 2 in 100 calls of each kind fail",
  stormy: "Stormy: 8 in 100 of each kind",
  own: "Set by hand",
  strict: "Strict limits: 30 a second, 1 a second in a chat, 20 a minute in a group",
  updates: "Updates come twice, and presses overtake messages",
  next: "The bot's next call",
  lost_reply: "is done, and its answer lost",
  reset: "is cut off",
  http_500: "meets an error 500",
  flood: "is told to wait",
  hang: "is never answered",
  groups: "Make a supergroup of",
  clock: "Clock",
  minutes: "+3 minutes",
  hour: "+1 hour",
  day: "+1 day",
  week: "+7 days",
  phone: "One phone",
  offline: "Lose the signal",
  online: "Find the signal",
  block: "Block the bot",
  unblock: "Unblock",
  deactivate: "Delete the account",
  activate: "Have it back",
  so: "So far",
  nothing: "nothing has gone wrong",
  waiting: "{n} updates wait for the bot",
  calmDown: "All calm",
};

const CHINESE = {
  title: "故意出错",
  why: "用来试验机器人：Telegram 会出的错，这里都能出。",
  network: "网络",
  calm: "正常",
  rough: "不稳：每种故障约 2%",
  stormy: "很差：每种故障约 8%",
  own: "另行设定",
  strict: "严格限速：每秒 30 条，同一对话每秒 1 条，群每分钟 20 条",
  updates: "更新会重复，点按会抢在消息之前",
  next: "机器人的下一次调用",
  lost_reply: "做成，但应答丢失",
  reset: "连接中断",
  http_500: "遇到 500 错误",
  flood: "被要求等待",
  hang: "等不到应答",
  groups: "升级为超级群",
  clock: "时钟",
  minutes: "快进 3 分钟",
  hour: "快进 1 小时",
  day: "快进 1 天",
  week: "快进 7 天",
  phone: "某一部手机",
  offline: "断开信号",
  online: "恢复信号",
  block: "停用机器人",
  unblock: "重新启用",
  deactivate: "注销账号",
  activate: "恢复账号",
  so: "至今",
  nothing: "没有出过错",
  waiting: "{n} 条更新等待机器人领取",
  calmDown: "全部恢复正常",
};

/** A function that says `key` in the language of `code`, with `{name}` replaced from `values`. */
export function troubleSpeaker(code) {
  const words = pageLanguage(code) === "zh-CN" ? CHINESE : ENGLISH;
  return (key, values = {}) => {
    if (!(key in words)) throw new Error(`no words for ${key}`);
    return words[key].replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
  };
}

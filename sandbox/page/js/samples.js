/**
 * Things to send when there is nothing at hand: pictures drawn here, a voice note made of tones, files that a bot must
 * refuse with grace. Nothing is fetched, and every call makes new bytes, as a camera would.
 */

const WIDE = 1280;
const HIGH = 960;
const SANS = '"Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", system-ui, sans-serif';

function canvasFile(draw, name) {
  const canvas = document.createElement("canvas");
  canvas.width = WIDE;
  canvas.height = HIGH;
  const pen = canvas.getContext("2d");
  draw(pen);
  grain(pen);
  return new Promise((resolve) => {
    canvas.toBlob((blob) => resolve(new File([blob], name, { type: "image/jpeg" })), "image/jpeg", 0.86);
  });
}

/** Light from one side and a little noise: flat drawings look wrong among photos, and no two files are alike. */
function grain(pen) {
  const light = pen.createRadialGradient(WIDE * 0.3, HIGH * 0.2, 100, WIDE * 0.5, HIGH * 0.5, WIDE * 0.8);
  light.addColorStop(0, "rgba(255,250,235,.20)");
  light.addColorStop(1, "rgba(20,20,40,.30)");
  pen.fillStyle = light;
  pen.fillRect(0, 0, WIDE, HIGH);
  for (let i = 0; i < 2600; i += 1) {
    pen.fillStyle = `rgba(${Math.random() < 0.5 ? 0 : 255},${Math.random() * 60},0,.035)`;
    pen.fillRect(Math.random() * WIDE, Math.random() * HIGH, 2, 2);
  }
}

function write(pen, text, x, y, size, colour = "#2b2f33", weight = 500) {
  pen.fillStyle = colour;
  pen.font = `${weight} ${size}px ${SANS}`;
  pen.fillText(text, x, y);
}

function scribble(pen, x, y, wide, colour = "#28406f") {
  pen.strokeStyle = colour;
  pen.lineWidth = 3.5;
  pen.beginPath();
  pen.moveTo(x, y);
  for (let i = 1; i <= 9; i += 1) pen.lineTo(x + (wide * i) / 9, y + (Math.random() - 0.5) * 32);
  pen.stroke();
}

function sheetOfPaper(pen, turn, ground) {
  pen.fillStyle = ground;
  pen.fillRect(0, 0, WIDE, HIGH);
  pen.translate(WIDE / 2, HIGH / 2);
  pen.rotate(turn);
  pen.shadowColor = "rgba(0,0,0,.45)";
  pen.shadowBlur = 40;
  pen.fillStyle = "#fbfaf5";
  pen.fillRect(-500, -430, 1000, 900);
  pen.shadowBlur = 0;
}

function signInSheet(pen) {
  sheetOfPaper(pen, -0.035, "#6d5a48");
  write(pen, "学习研讨签到表", -175, -340, 50, "#222", 700);
  write(pen, "时间：10月20日   地点：三楼会议室", -430, -270, 28);
  pen.strokeStyle = "#777";
  pen.lineWidth = 2;
  for (let row = 0; row <= 8; row += 1) pen.strokeRect(-430, -230 + row * 74, 860, 74);
  for (const x of [-300, -20, 200]) pen.strokeRect(x, -230, 0.5, 666);
  ["序号", "单位", "签名", "备注"].forEach((text, i) => write(pen, text, [-405, -280, 0, 220][i], -182, 28, "#222", 700));
  for (let row = 1; row <= 6; row += 1) {
    write(pen, String(row), -380, -182 + row * 74, 30);
    scribble(pen, -270, -192 + row * 74, 180, "#3a3a3a");
    scribble(pen, 10, -192 + row * 74, 130);
  }
}

function minutes(pen) {
  sheetOfPaper(pen, 0.03, "#3f4a52");
  write(pen, "理论学习中心组研讨记录", -290, -340, 50, "#222", 700);
  ["一、学习内容", "二、发言要点", "三、存在问题", "四、下一步打算"].forEach((title, i) => {
    write(pen, title, -430, -250 + i * 165, 32, "#222", 700);
    for (let line = 0; line < 2; line += 1) scribble(pen, -420, -195 + i * 165 + line * 48, 620 + Math.random() * 180);
  });
  pen.strokeStyle = "rgba(190,40,40,.75)";
  pen.lineWidth = 9;
  pen.beginPath();
  pen.arc(290, 300, 95, 0, Math.PI * 2);
  pen.stroke();
  write(pen, "支部委员会", 205, 312, 34, "rgba(190,40,40,.8)", 700);
}

function noticeBoard(pen) {
  pen.fillStyle = "#d9d2c4";
  pen.fillRect(0, 0, WIDE, HIGH);
  pen.fillStyle = "#9b2f26";
  pen.fillRect(110, 90, 1060, 130);
  write(pen, "党 务 公 开 栏", 410, 182, 74, "#fbe9c6", 700);
  pen.fillStyle = "#e9eef0";
  pen.fillRect(110, 220, 1060, 600);
  ["学习计划", "组织生活", "整改清单"].forEach((title, i) => {
    const x = 150 + i * 340;
    pen.fillStyle = "#fff";
    pen.fillRect(x, 265, 300, 500);
    write(pen, title, x + 78, 325, 36, "#8c2a22", 700);
    for (let line = 0; line < 8; line += 1) {
      pen.fillStyle = "#b8bec4";
      pen.fillRect(x + 30, 365 + line * 46, 150 + Math.random() * 90, 12);
    }
  });
}

function site(pen) {
  const sky = pen.createLinearGradient(0, 0, 0, 620);
  sky.addColorStop(0, "#7fb0d6");
  sky.addColorStop(1, "#e3edf0");
  pen.fillStyle = sky;
  pen.fillRect(0, 0, WIDE, 680);
  pen.fillStyle = "#8b9178";
  pen.fillRect(0, 660, WIDE, 300);
  [[180, 270, 330, 390, "#b7b0a3"], [520, 160, 300, 500, "#c9c3b5"], [830, 330, 330, 330, "#a9a294"]].forEach(([x, y, w, t, fill]) => {
    pen.fillStyle = fill;
    pen.fillRect(x, y, w, t);
    pen.fillStyle = "#5d7387";
    for (let a = x + 30; a < x + w - 40; a += 66) for (let b = y + 34; b < y + t - 60; b += 74) pen.fillRect(a, b, 36, 42);
  });
  pen.strokeStyle = "#d08a2e";
  pen.lineWidth = 13;
  pen.strokeRect(1010, 90, 2, 580);
  pen.strokeRect(700, 100, 470, 2);
}

/** The pictures that can be sent, by the key of their name in `words.js`. */
export const PICTURES = {
  sampleSheet: () => canvasFile(signInSheet, "sign-in-sheet.jpg"),
  sampleMinutes: () => canvasFile(minutes, "minutes.jpg"),
  sampleBoard: () => canvasFile(noticeBoard, "notice-board.jpg"),
  sampleSite: () => canvasFile(site, "site.jpg"),
};

/** Three seconds of tones that rise and fall like speech, as WAV. */
export function voiceNote() {
  const rate = 8000;
  const count = rate * 3;
  const view = new DataView(new ArrayBuffer(44 + count * 2));
  const text = (at, word) => [...word].forEach((letter, i) => view.setUint8(at + i, letter.charCodeAt(0)));
  text(0, "RIFF");
  view.setUint32(4, 36 + count * 2, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, count * 2, true);
  for (let i = 0; i < count; i += 1) {
    const t = i / rate;
    const loud = Math.max(0, Math.sin(t * 9)) * 0.25;
    const tone = Math.sin(2 * Math.PI * (170 + 60 * Math.sin(t * 5)) * t) + 0.4 * Math.sin(2 * Math.PI * 410 * t);
    view.setInt16(44 + i * 2, tone * loud * 20000, true);
  }
  return new File([view], "voice.wav", { type: "audio/wav" });
}

/** A small text file. */
export function textFile() {
  return new File(["研讨发言提纲\n\n一、认识\n二、差距\n三、打算\n"], "研讨发言提纲.txt", { type: "text/plain" });
}

/** A file one byte over what a bot may download. */
export function largeFile() {
  return new File([new Uint8Array(20 * 1024 * 1024 + 1)], "long-recording.mp4.bin", { type: "application/octet-stream" });
}

/** Something that calls itself a picture and is none. */
export function brokenPicture() {
  return new File(["\xFF\xD8\xFF\xE0 not a picture any more"], "broken.jpg", { type: "image/jpeg" });
}

/** Five thousand characters: more than one Telegram message holds. */
export function longText() {
  return "整改措施要具体到人、到事、到时间。".repeat(295).slice(0, 5000);
}

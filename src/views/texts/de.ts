import type { AlarmName } from "../../alarms.ts";
import type { Texts } from "./en.ts";

const number = (value: number) => value.toLocaleString("de", { maximumFractionDigits: 1 });

const ALARMS: Readonly<Record<AlarmName, string>> = {
  "slack-access": "Slack weist die Anbindung ab",
  "slack-setup": "Die Anbindung ist in Slack nicht richtig eingerichtet",
  "slack-socket": "Die Anbindung hat keine Verbindung zu Slack",
  "parley-access": "Parley weist die Anbindung ab",
  "bot-events": "Der Bot erfährt nicht, was aus Übergaben wird",
  "parley-service": "Die Services der Anbindung stimmen in Parley nicht",
  store: "Die Anbindung kann nichts speichern",
  clock: "Die Uhr des Servers geht falsch",
};

/** All that the team reads, in German. */
export const de: Texts = {
  number,
  bytes: (count) => (count === 1 ? "1 Byte" : `${count} Bytes`),
  duration: {
    underAMinute: "weniger als einer Minute",
    minutes: (count) => `${count} Min.`,
    hours: (count) => `${count} Std.`,
    days: (count) => `${count} Tagen`,
  },
  user: (id) => `Nutzer ${id}`,
  visitor: (id) => `Besucher ${id}`,

  root: {
    newConversation: "Neues Gespräch",
    takenOver: "Vom Team übernommen",
    anonymous: "Anonym",
    unverified: "(Angaben des Nutzers, nicht geprüft)",
    language: "Sprache",
    customer: "Kundennummer",
    userId: "Parley-Nutzer",
    reason: "Grund",
    furtherReason: "Danach",
    details: "Alles über dieses Gespräch",
    field: "Feld",
    value: "Wert",
    fields: (count) => `Metadaten · ${count} Felder`,
    transcriptOf: (count) =>
      `Vor der Übergabe · ${count === 1 ? "1 Nachricht" : `${count} Nachrichten`}`,
    moreBelow: (count) => `… noch ${count}, siehe unten`,
    earlierBelow: (count) => `… ${count} frühere, siehe unten`,
    ownerUnverified:
      "Parley hat nicht gesagt, ob dieser Nutzer bei uns ist. Wenn auch ein anderer Service antwortet, bitte zurückgeben.",
    lost: (link) =>
      `Dieses Gespräch geht hier weiter, weil es <${link}|den früheren Thread> nicht mehr gibt. Bitte hier antworten.`,
    expires: (moment) => `Ohne Antwort geht dieser Nutzer zurück an den Bot: ${moment}`,
    previous: "Früheres Gespräch mit diesem Nutzer",
    previousShort: "früheres Gespräch",
    next: "Späteres Gespräch mit diesem Nutzer",
    buttons: {
      take: "Nehmen",
      release: "Freigeben",
      assign: "Zuweisen…",
      handBack: "Zurückgeben",
      move: "Verschieben…",
      quickAnswer: "Schnelle Antwort…",
      decline: "Nicht für uns…",
    },
    movedFrom: (link, by, team) =>
      `Hierher verschoben${team === undefined ? "" : ` von ${team}`} durch ${by} · <${link}|früherer Thread>`,
    movedTo: (link, by, team) =>
      `*Verschoben* zu ${team ?? "einem anderen Team"} durch ${by}${link === undefined ? "" : ` · <${link}|geht dort weiter>`}`,
    movedInVain: (link, by) =>
      `*Nicht hierher verschoben*: ${by} wollte das, aber das Gespräch war schon beendet oder woanders${link === undefined ? "" : ` · <${link}|sein Thread>`}`,
    waiting: (time) => (time === undefined ? "*wartet*" : `*wartet* seit über ${time}`),
    unclaimed: "beantwortet, und niemand hat es jetzt",
    answers: (by, waiting) =>
      `${by} antwortet${waiting === undefined ? "" : ` · *schweigt* seit über ${waiting}`}`,
    handedBack: (to, by, at) =>
      `*Zurückgegeben* an ${to ?? "einen anderen Service"}${by === undefined ? "" : ` von ${by}`} · ${at}`,
    declined: (to, by, at) =>
      `*Abgelehnt*${by === undefined ? "" : ` von ${by}`}, zurück an ${to ?? "einen anderen Service"} · ${at}`,
    note: (note) => `Notiz: ${note}`,
    takenAway: (by, at) => `*Übernommen* von ${by ?? "einem anderen Service"} · ${at}`,
    merged: (link, at) =>
      `*Geht in ${link === undefined ? "einem anderen Thread" : `<${link}|einem anderen Thread>`} weiter* · ${at}`,
    ended: {
      "handed-back": "Zurückgegeben: ",
      "taken-away": "Übernommen: ",
      declined: "Abgelehnt: ",
      merged: "Geht woanders weiter: ",
      moved: "Verschoben: ",
    },
  },

  conversations: {
    none: "Keine offenen Gespräche.",
    count: (count) => (count === 1 ? "1 offenes Gespräch" : `${count} offene Gespräche`),
    answered: "beantwortet",
    waiting: (time) => `*wartet seit ${time}*`,
    more: (count) => `… und ${count} ${count === 1 ? "weiteres" : "weitere"}`,
    mine: "Sie antworten",
    unclaimed: "noch antwortet niemand",
    others: (who) => `${who} antwortet`,
    wrote: (time) => `schrieb vor ${time}`,
  },

  home: {
    nobodyWaits: "Niemand wartet",
    alarm: (time, { name, advice }) =>
      `${ALARMS[name]}, seit ${time}. Das kann nur das Admin-Team beheben: „${advice}.“`,
    delayed: (count, towards, time) =>
      `Die Zustellung verzögert sich: ${count} ${count === 1 ? "wartet" : "warten"} auf ${towards}, am längsten seit ${time}. Nichts geht verloren.`,
    dead: (count) =>
      `${count} ${count === 1 ? "konnte" : "konnten"} nicht zugestellt werden. Das Admin-Team findet sie mit \`npm run dead-letters -- list\`.`,
    footer: (channel) =>
      `Threads öffnen sich in ${channel}. \`/parley-owner help\` erklärt, wie ein Nutzer verschoben wird.`,
    asOf: (moment) =>
      `Stand: ${moment}. Diese Seite ändert sich nur, wenn Sie sie öffnen, aktualisieren oder darauf einen Button drücken.`,
    show: {
      all: (count) => `Alle (${count})`,
      mine: (count) => `Meine (${count})`,
      unclaimed: (count) => `Von niemandem (${count})`,
    },
    groups: {
      mine: (count) => `Sie antworten (${count})`,
      unclaimed: (count) => `Noch antwortet niemand (${count})`,
      others: (count) => `Andere antworten (${count})`,
    },
    allTeams: "Alle Ihre Teams",
    erase: "Nutzer löschen…",
    refresh: "Aktualisieren",
    noneSuch: "Davon gibt es keine.",
    page: (page, of) => `Seite ${page} von ${of}`,
    previous: "Zurück",
    next: "Weiter",
  },

  channel: {
    trouble: {
      archived: (name, team) => `Der Kanal ${name} des Teams ${team} ist archiviert.`,
      deleted: (name, team) => `Der Kanal ${name} des Teams ${team} ist gelöscht.`,
      removed: (name, team) => `Ich bin nicht mehr im Kanal ${name} des Teams ${team}.`,
      unseen: (name, team) =>
        `Ich sehe den Kanal ${name} des Teams ${team} nicht mehr: Er ist gelöscht, oder ich bin nicht darin.`,
      shared: (name, team) =>
        `Der Kanal ${name} des Teams ${team} ist mit einer anderen Firma geteilt, deren Leute dort lesen können, was Nutzer schreiben.`,
    },
    waiting: (count) =>
      count === 0
        ? "Kein Nutzer wartet auf eine Antwort. Was jetzt ankommt, wird aufgehoben und später gezeigt."
        : `${count === 1 ? "1 Nutzer wartet" : `${count} Nutzer warten`} auf eine Antwort. Nichts geht verloren: Was jetzt ankommt, wird aufgehoben und später gezeigt.`,
    goesOn: "Die Gespräche gehen dort weiter wie bisher.",
    toDo: {
      archived:
        "Bitte holen Sie ihn aus dem Archiv, oder bitten Sie das Admin-Team um einen anderen Kanal. Dann geht es von selbst weiter.",
      deleted:
        "Bitte sagen Sie dem Admin-Team, welcher Kanal es jetzt sein soll. Die offenen Gespräche gehen dann dort weiter.",
      removed:
        "Bitte lade mich wieder ein: im Kanal `/invite` schreiben und die App wählen. Dann geht es von selbst weiter.",
      unseen:
        "Bitte laden Sie mich mit `/invite` im Kanal wieder ein, oder bitten Sie das Admin-Team um einen anderen Kanal. Dann geht es von selbst weiter.",
      shared:
        "Bitte beenden Sie das, oder bitten Sie das Admin-Team, es für das Team zu erlauben (`allow-shared`).",
    },
    back: (name, team) =>
      `Der Kanal ${name} des Teams ${team} ist wieder da. Was gewartet hat, wird jetzt dort gezeigt.`,
    unshared: (name, team) =>
      `Der Kanal ${name} des Teams ${team} ist nicht mehr mit einer anderen Firma geteilt.`,
  },

  furtherHandover: {
    reason: (reason) =>
      `Mit einem Grund übergeben: ${reason}. Die Einzelheiten stehen in der ersten Nachricht dieses Threads.`,
    details:
      "Die Übergabe brachte weitere Einzelheiten. Sie stehen in der ersten Nachricht dieses Threads.",
    transcript:
      "Die Übergabe brachte, was vorher geschrieben wurde. Es steht in der ersten Nachricht dieses Threads.",
  },

  ended: {
    takenAway: (service) =>
      `Dieser Nutzer ist jetzt bei ${service}. Antworten von hier erreichen ihn nicht mehr.`,
    handedBack: (agent, service) =>
      `${agent} hat diesen Nutzer an ${service} zurückgegeben. Antworten von hier erreichen ihn nicht mehr.`,
    declined: (agent, service) =>
      `${agent} hat diesen Nutzer abgelehnt, der wieder bei ${service} ist. Antworten hier erreichen ihn nicht mehr.`,
    handedBackFor: {
      handed_back: (service) => `Dieser Nutzer ist wieder bei ${service}.`,
      nobody_available: (service) =>
        `Niemand hat rechtzeitig geantwortet; dieser Nutzer ist zurück bei ${service}.`,
      outside_hours: (service) =>
        `Das Team ist gerade nicht da; dieser Nutzer ist zurück bei ${service}.`,
      user_silent: (service) =>
        `Der Nutzer hat lange nichts geschrieben und ist zurück bei ${service}.`,
      user_ended: (service) => `Der Nutzer hat das Gespräch beendet und ist wieder bei ${service}.`,
      declined: (service) => `Dieser Nutzer wurde nicht angenommen und ist zurück bei ${service}.`,
      expired: (service) =>
        `In der Zeit, die die Übergabe ließ, hat niemand geantwortet; dieser Nutzer ist zurück bei ${service}.`,
    },
    outcome: (outcome) => `Ergebnis: ${outcome}`,
    tags: (tags) => `Schlagwörter: ${tags}`,
    messageForUser: "Der Bot darf dem Nutzer zeigen:",
    nameStays: (cause) =>
      `Die App des Nutzers zeigt vielleicht noch den Namen der Person, die geantwortet hat (${cause}).`,
  },

  reminder: {
    nobodyAnswered: (user, time) =>
      `${user} wartet seit ${time}, und noch hat niemand geantwortet.`,
    owesAnswer: (user, time) => `${user} wartet seit ${time} auf eine Antwort.`,
    direct: (user, time, link) => `<${link}|${user}> wartet seit ${time} auf eine Antwort.`,
    released: (agent, time) =>
      `${agent} hat seit ${time} nicht geantwortet, daher ist das Gespräch für andere frei. Wer übernimmt?`,
  },

  toldUser: {
    told: "Automatisch an den Nutzer gesendet:",
    uncertain:
      "Automatisch an den Nutzer gesendet, aber Parley hat nicht klar geantwortet. Vielleicht ist es angekommen:",
    failed: (cause) => `Das konnte dem Nutzer nicht gesagt werden (${cause}):`,
  },

  toUser: {
    waiting:
      "Danke für Ihre Geduld. Wir haben Sie nicht vergessen: Sobald jemand frei ist, bekommen Sie eine Antwort.",
    "outside-hours":
      "Danke für Ihre Nachricht. Im Moment sind wir nicht da. Wir sind ab {opensAt} wieder erreichbar und antworten Ihnen dann hier.",
    "still-there": "Sind Sie noch da? Wenn Sie noch etwas brauchen, schreiben Sie einfach.",
    "nobody-available":
      "Es tut uns leid: Niemand konnte Ihnen rechtzeitig antworten. Schreiben Sie gern noch einmal, oder versuchen Sie es später.",
    ended:
      "Wir haben eine Weile nichts von Ihnen gehört und beenden das Gespräch hier. Sie können jederzeit wieder schreiben.",
  },
  toUserValues: { later: "einem späteren Zeitpunkt" },

  handBackFailed: {
    failed: (agent, cause) => `${agent}, das Zurückgeben hat nicht geklappt (${cause}).`,
    failedByItself: (cause) => `Den Nutzer zurückzugeben hat nicht geklappt (${cause}).`,
    stages: {
      "nothing-done":
        "Es wurde nichts gesendet; das Gespräch geht hier weiter. Bitte gleich noch einmal versuchen.",
      "message-begun":
        "Nur der Anfang der letzten Nachricht wurde gesendet; das Gespräch geht hier weiter. Bitte noch einmal zurückgeben, mit dem, was der Nutzer noch nicht hat.",
      "message-uncertain":
        "Niemand weiß, ob die letzte Nachricht angekommen ist; das Gespräch geht hier weiter. Bitte noch einmal zurückgeben, ohne die Nachricht, falls der Nutzer sie hat.",
      "message-sent":
        "Die letzte Nachricht wurde gesendet; das Gespräch geht hier weiter. Bitte noch einmal zurückgeben, ohne die Nachricht.",
    },
    isWith: (service) => `Nichts zurückzugeben: Dieser Nutzer ist schon bei ${service}.`,
    hasLeft: "Nichts zurückzugeben: Dieser Nutzer hat diesen Thread schon verlassen.",
    moved: (link) =>
      `Nicht zurückgegeben: Dieser Nutzer war schon zu einem anderen Team verschoben. Bitte in ${link === undefined ? "seinem Thread dort" : `<${link}|seinem Thread dort>`} zurückgeben.`,
    messageNotSent: "Die letzte Nachricht wurde nicht gesendet.",
    answered:
      "Dieser Nutzer wurde nicht abgelehnt: Ein Agent hat ihm geantwortet. Bitte stattdessen zurückgeben.",
  },

  moved: {
    away: (agent, team, link) =>
      `${agent} hat diesen Nutzer zu ${team} verschoben: Das Gespräch geht in <${link}|einem Thread dort> weiter. Antworten hier erreichen ihn nicht mehr.`,
    note: (agent) => `${agent} an das Team, nicht an den Nutzer:`,
    notMoved: (team) => `Dieser Nutzer wurde nicht zu ${team} verschoben.`,
    noteNotPosted: "Die Notiz wurde nicht gepostet:",
    refusals: {
      ended:
        "Das Gespräch ist beendet; die erste Nachricht dieses Threads sagt, wo der Nutzer ist.",
      failed:
        "In der Anbindung ging etwas schief, oder Slack war zu lange weg. Bitte noch einmal versuchen; wenn es wieder nicht klappt, bitte dem Admin-Team melden.",
      "no-team": "Dieses Team gibt es nicht mehr.",
      there: (team) => `Er ist schon bei ${team}.`,
      elsewhere: (team, by, link) =>
        `${by === undefined ? "Er ist bei" : `${by} war schneller; er ist jetzt bei`} ${team}${link === undefined ? "" : `: <${link}|sein Thread>`}.`,
      refused: (reason) =>
        `Slack lässt die Anbindung im Kanal dieses Teams nicht schreiben (${reason}). Das Gespräch geht hier weiter; bitte dem Admin-Team melden.`,
    },
  },

  rated: (stars, most) => `Der Nutzer hat dieses Gespräch bewertet: ${stars} von ${most}.`,

  claims: {
    taken: (who, before) =>
      before === undefined
        ? `${who} antwortet diesem Nutzer.`
        : `${who} antwortet diesem Nutzer anstelle von ${before}.`,
    released: (by, before) =>
      by === undefined
        ? `Niemand antwortet diesem Nutzer jetzt${before === undefined ? "" : `: ${before} gehört nicht mehr zum Team`}.`
        : `${by} hat diesen Nutzer${before === undefined ? "" : `, den ${before} hatte,`} freigegeben: Niemand antwortet jetzt.`,
    assigned: (by, to, before) =>
      `${by} hat diesen Nutzer an ${to} gegeben${before === undefined ? "" : `; bisher antwortete ${before}`}.`,
    assignedByTurns: (to) => `${to} ist an der Reihe, diesem Nutzer zu antworten.`,
    assignedToYou: (by, user, link) =>
      `${by === undefined ? "Sie sind an der Reihe" : `${by} bittet Sie`}, ${user} in <${link}|diesem Thread> zu antworten.`,
    notClaimed: (to) => `${to} antwortet diesem Nutzer nicht.`,
    notReleased: "Dieser Nutzer wurde nicht freigegeben.",
    noteNotPosted: "Ihre Notiz wurde nicht gepostet:",
    losses: {
      overtaken: (by) => `${by} war schneller und antwortet.`,
      nobody: "Inzwischen wurde der Nutzer freigegeben: Niemand antwortet jetzt.",
      ended: "Das Gespräch ist vorbei; die erste Nachricht dieses Threads sagt, wo der Nutzer ist.",
      moved: (team) => `Inzwischen wurde der Nutzer zu ${team} verschoben.`,
      failed:
        "In der Anbindung ging etwas schief, oder Slack war zu lange weg. Bitte noch einmal versuchen; geht es wieder schief, bitte dem Admin-Team melden.",
    },
    answersAlready: (who) => `${who} antwortet diesem Nutzer schon.`,
    instead: {
      button: "Selbst antworten",
      title: "Selbst antworten?",
      text: "Im Thread steht dann für alle, dass Sie diesem Nutzer von jetzt an antworten.",
      confirm: "Selbst antworten",
      deny: "Abbrechen",
    },
  },

  claimProblems: {
    "not-open": "Dieser Nutzer hat kein offenes Gespräch mit uns, also ist niemandem zu antworten.",
    unclaimed: "Niemand antwortet diesem Nutzer, also gibt es nichts freizugeben.",
    "has-already": "Wer gewählt ist, antwortet diesem Nutzer schon.",
    yours: "Sie antworten diesem Nutzer schon.",
    overtaken:
      "Inzwischen hat jemand diesen Nutzer genommen oder freigegeben, also wurde nichts getan. Bitte im Thread nachsehen und noch einmal versuchen.",
    "not-agent": (team) =>
      `Wer gewählt ist, gehört nicht zum Team ${team} und kann diesem Nutzer nicht antworten.`,
    "not-known":
      "Slack sagt gerade nicht, ob die gewählte Person zum Team gehört. Es wurde nichts getan; bitte gleich noch einmal versuchen.",
  },

  assignForm: {
    title: "Zuweisen",
    submit: "Zuweisen",
    close: "Abbrechen",
    intro: (user, team) =>
      `Wer von ${team} antwortet ${user} von jetzt an? Die Person bekommt Bescheid, mit Ihrer Notiz; der Nutzer merkt nichts.`,
    agent: "Wer antwortet",
    note: "Notiz für diese Person",
    notePlaceholder: "Was muss sie wissen?",
    noConversation:
      "Diese Nachricht gehört zu keinem Gespräch mit einem Parley-Nutzer, es wartet also niemand auf eine Antwort.",
    sentAlready: "Dieses Formular wurde schon abgeschickt; im Thread steht, was daraus wurde.",
  },

  eraseForm: {
    title: "Nutzer löschen",
    find: "Weiter",
    submit: "Endgültig löschen",
    close: "Abbrechen",
    intro:
      "Alles, was hier über einen Nutzer gespeichert ist, wird gelöscht, ebenso meine Nachrichten und Dateien in seinen Threads. Vorher sehen Sie, was das ist.",
    name: "Parleys Id, Kundennummer oder E-Mail-Adresse",
    nobody: "Über einen Nutzer dieses Namens ist nichts gespeichert.",
    several: (ids) => `So heißen mehrere Nutzer: ${ids}. Geben Sie die Id von einem an.`,
    busy: {
      open: "Der Nutzer hat ein offenes Gespräch. Geben Sie ihn zuerst zurück.",
      waiting:
        "Etwas von diesem Nutzer ist noch nicht zugestellt. Versuchen Sie es gleich noch einmal.",
    },
    plan: (ids, conversations, threads) =>
      `Nutzer ${ids}. Gespräche: ${conversations}. Threads in Slack: ${threads}.`,
    undelivered: (count) => `Nicht zustellbare Nachrichten, die auch gelöscht werden: ${count}.`,
    consequences:
      "Das lässt sich nicht rückgängig machen. Was Menschen in den Threads geschrieben haben, können nur Menschen löschen: Die Links bekommen Sie am Ende als Direktnachricht.",
    confirm: (id) => `Zur Bestätigung ${id} eingeben`,
    notConfirmed: "Das ist nicht die Id des Nutzers. Es wurde nichts gelöscht.",
  },

  erasedReport: {
    done: (messages, files, records) =>
      `Der Nutzer ist gelöscht. Eigene Nachrichten gelöscht: ${messages}, Dateien: ${files}. Einträge darüber, wer was getan hat, die ihn nicht mehr nennen: ${records}. Backups, Logs und Parley sind nicht erfasst.`,
    byPeople: "Was in diesen Threads noch steht, können nur Menschen löschen:",
    left: (link, count) =>
      `<${link}|Dieser Thread>: ${count === 1 ? "1 Nachricht" : `${count} Nachrichten`}`,
    unseen: (link) => `<${link}|Dieser Thread>, in den Slack mich nicht sehen lässt`,
  },

  collision: {
    toWriter: (who) =>
      `${who} antwortet diesem Nutzer. Auch Ihre Nachricht ist gesendet; bitte sprechen Sie ab, wer weitermacht.`,
    toClaimant: (who) =>
      `${who} hat diesem Nutzer, dem Sie antworten, auch geschrieben. Bitte sprechen Sie ab, wer weitermacht.`,
    held: (who) =>
      `Nicht gesendet: ${who ?? "Jemand anderes"} antwortet diesem Nutzer. Soll der Nutzer Ihre Nachricht trotzdem bekommen?`,
    buttons: { sendAnyway: "Trotzdem senden", keepAsNote: "Als Notiz behalten" },
  },

  soFar: {
    headline: (link) => `Das Gespräch bisher, aus <${link}|dem früheren Thread>`,
    onlyEnd: (count, fileName) =>
      `Das ist nur das Ende. Alle ${number(count)} Nachrichten folgen als \`${fileName}\`.`,
    fileRefused: (fileName) =>
      `Slack hat \`${fileName}\` nicht angenommen. Der Rest steht im früheren Thread.`,
    cannotRead: (link) =>
      `Slack ließ die Anbindung nicht lesen, was bisher geschrieben wurde. Es steht in <${link}|dem früheren Thread>.`,
    beginningMissing: "Was davor geschrieben wurde, steht in den früheren Threads.",
    inside: "blieb intern",
    failed: "hat den Nutzer nicht erreicht",
    uncertain: "hat den Nutzer vielleicht nicht erreicht",
  },

  merged: {
    away: (link) =>
      `Dieser Nutzer hat sich registriert und ist jetzt in <${link}|einem anderen Thread>. Bitte dort antworten.`,
    in: (link) =>
      `Derselbe Nutzer hat vor der Registrierung auch in <${link}|einem früheren Thread> geschrieben.`,
    renamed: (userId) =>
      `Dieser Nutzer hat sich registriert und ist jetzt Parley-Nutzer ${userId}.`,
  },

  goesOnElsewhere: (link) =>
    `Die erste Nachricht dieses Threads wurde gelöscht, deshalb geht das Gespräch in <${link}|einem anderen Thread> weiter. Bitte dort antworten.`,

  notShown: (cause) =>
    `Eine Nachricht dieses Nutzers konnte hier nicht gezeigt werden (${cause}). Das Admin-Team findet sie mit \`npm run dead-letters -- list\`.`,

  message: {
    file: (name) => `[Datei: ${name}]`,
    namelessFile: "Datei ohne Namen",
    emptyMessage: "(leere Nachricht)",
    lateCaption: (moment) => `Verspätet; geschrieben ${moment}`,
    beginningCaption: (characters, fileName) =>
      `Das ist nur der Anfang. Alle ${number(characters)} Zeichen folgen als \`${fileName}\`.`,
    cutCaption: (charactersLeft, fileName) =>
      `Slack hat \`${fileName}\` nicht angenommen. Die letzten ${number(charactersLeft)} Zeichen fehlen hier.`,
  },

  fileTroubles: {
    "not-ready": "(noch nicht verfügbar)",
    "login-page": "(konnte nicht geholt werden)",
    "wrong-size": "(kam nicht vollständig an)",
    "wrong-type": "(ist nicht, was es zu sein vorgibt; nicht gezeigt)",
    "too-large": "(zu groß, um hier gezeigt zu werden)",
    empty: "(eine leere Datei)",
    program: "(ein Programm: nicht geteilt, weil es beim Öffnen schaden könnte)",
    gone: "(nicht mehr vorhanden)",
    refused: "(konnte nicht geholt werden)",
  },

  notSent: {
    files: "*Nicht gesendet.* Das erreicht den Nutzer nicht:",
    parts: "*Nicht gesendet.* Nur Slack kann das zeigen:",
    restGoes: "Der Rest der Nachricht geht an den Nutzer.",
    otherWay: "Bitte in Worten schreiben oder als Datei senden.",
  },

  whyNotShown: {
    gone: "nicht mehr in Slack",
    elsewhere: "außerhalb von Slack gespeichert",
    empty: "leer",
    type: (type) => `Dateien vom Typ ${type} kann die App des Nutzers nicht zeigen`,
    size: (size, most) => `${size} groß, höchstens ${most} sind möglich`,
  },

  lostParts: {
    known: {
      actions: "Buttons",
      button: "ein Button",
      call: "ein Anruf in Slack",
      file: "eine Datei außerhalb von Slack",
      input: "ein Formular",
      video: "ein Video",
      "private picture": "ein Bild, das nur Slack zeigen kann",
      "withheld message": "eine weitergeleitete Nachricht, die Slack nicht herausgibt",
    },
    unknown: (kind) => `etwas, das die Anbindung nicht kennt (${kind})`,
  },

  possibleRepeat: {
    short: "vielleicht eine Wiederholung",
    caption: "Vielleicht eine Wiederholung: Slack hat nicht gesagt, ob das schon gepostet war.",
  },

  reply: {
    headlines: {
      refused: "*Nicht gesendet.*",
      failed: "*Nicht zugestellt.*",
      uncertain: "*Vielleicht nicht zugestellt.*",
    },
    toThread: (link) => `<${link}|Zu diesem Thread>.`,
    staysInside:
      "Was Sie in diesem Thread schreiben, bleibt intern und ist für das Team zu lesen; Sie sehen daran ein :lock:.",
    notReached: (agent) =>
      `Eine Antwort von ${agent} hat den Nutzer nicht erreicht. Sie ist oben markiert.`,
    uncertain: (agent) =>
      `Es ist nicht sicher, ob eine Antwort von ${agent} den Nutzer erreicht hat. Sie ist oben markiert.`,
    sentFromElsewhere: (agent, link, writer) =>
      `${agent} hat diesen Nutzer übernommen, und <${link}|eine Antwort>, die ${writer} in einem früheren Thread geschrieben hat, wurde gesendet.`,
    notSentYet:
      "Das bleibt intern. Eine Nachricht, die mit `>>` beginnt, geht sofort an den Nutzer.",
    undoable: (seconds) => `Das geht in ${seconds} s an den Nutzer.`,
    editedNews: "Der Nutzer hat diese Nachricht nicht. Soll er sie so bekommen, wie sie jetzt ist?",
    edited:
      "Der Nutzer hat den Text, wie er vorher war, und Parley kann ihn nicht ändern. Soll der neue Text als Korrektur gesendet werden?",
    sentAlready:
      "Der Nutzer hat diese Nachricht schon, und Parley kann sie nicht zurückholen. Eine Korrektur ist möglich.",
    buttons: {
      sendAgain: "Noch einmal senden",
      dismiss: "Verwerfen",
      itArrived: "Ist angekommen",
      undo: "Rückgängig",
      takeOver: "Übernehmen und senden",
      leaveIt: "So lassen",
      sendToUser: "An Nutzer senden",
      keepInside: "Intern lassen",
      sendCorrection: "Korrektur senden",
    },
    takeOverConfirmation: {
      title: "Den Nutzer übernehmen?",
      text: "Der Nutzer kommt zu uns, egal wer ihn gerade hat. Ein neuer Thread entsteht, und genau diese Antwort wird gesendet.",
      confirm: "Übernehmen und senden",
      deny: "Abbrechen",
    },
  },

  advice: {
    elsewhere:
      "Ein anderer Service hat diesen Nutzer jetzt. /parley-owner zeigt, welcher, und holt den Nutzer zurück.",
    notTakenOver:
      "Parley hat uns diesen Nutzer nicht gegeben, deshalb wurde nichts gesendet. Bitte gleich noch einmal versuchen; hilft das nicht, bitte dem Admin-Team melden.",
    empty: "Für den Nutzer ist nichts darin: Erwähnungen von Personen in Slack bleiben intern.",
    uncertain:
      "Parley hat darauf keine klare Antwort gegeben, es kann also angekommen sein oder nicht. Reagiert der Nutzer nicht darauf, bitte noch einmal senden.",
    awayTooLong:
      "Parley war zu lange nicht erreichbar. Bitte noch einmal senden, sobald es wieder da ist.",
    refusedAltogether:
      "Parley weist die Anbindung ganz ab. Bitte dem Admin-Team melden, und danach noch einmal senden.",
    refused: (reason) =>
      `Parley hat es abgelehnt (${reason}). Bitte den Text ändern und neu schreiben; hilft das nicht, bitte dem Admin-Team melden.`,
    defect:
      "In der Anbindung ist etwas schiefgegangen. Bitte noch einmal senden; hilft das nicht, bitte dem Admin-Team melden.",
    begun:
      "Ein Teil davon hat den Nutzer erreicht, oder vielleicht erreicht, und wird nicht noch einmal gesendet; der Rest wurde nicht gesendet.",
    file: (name, why) => `Zur Datei ${name}: ${why}`,
    onlyMissing: "„Noch einmal senden“ sendet nur, was fehlt.",
    fileTroubles: {
      "not-ready": "Slack arbeitet noch daran und gibt sie noch nicht heraus.",
      "login-page":
        "Slack hat stattdessen eine Anmeldeseite geliefert. Das Admin-Team muss den Scope files:read und das Bot-Token prüfen.",
      "wrong-size": "Was Slack geliefert hat, ist nicht so lang wie die Datei.",
      "wrong-type": "Der Inhalt passt nicht zum Dateityp.",
      "too-large": "Sie ist zu groß.",
      empty: "Sie ist leer.",
      program: "Sie ist ein Programm.",
      gone: "Sie ist nicht mehr in Slack.",
      refused: "Sie konnte nicht aus Slack geholt werden.",
    },
    noRecord:
      "Die Anbindung weiß nichts von diesem Thread: Er wurde nach seiner Frist gelöscht, oder er ging verloren, als ein älterer Stand eingespielt wurde. Die erste Nachricht sagt, wer der Nutzer ist; /parley-owner mit dieser Nummer sagt, wo er jetzt ist, mit einem Link zum neueren Thread, falls es einen gibt.",
    moved: (team) =>
      `Dieser Nutzer wurde zu ${team} verschoben; was hier geschrieben wird, erreicht ihn nicht mehr. Bitte dort antworten.`,
    withUsElsewhere: "Dieser Nutzer ist bei uns in einem anderen Thread. Bitte dort antworten.",
    merged: "Dieser Nutzer ist jetzt in einem anderen Thread. Bitte dort antworten.",
    takenAway: (service, userId) =>
      `${service ?? "Ein anderer Service"} hat diesen Nutzer jetzt. Um wieder zu antworten, bitte den Nutzer mit /parley-owner ${userId} und dem Namen unseres Service zurückholen.`,
    handedBack: (service, userId) =>
      `Dieser Nutzer wurde an ${service ?? "einen anderen Service"} zurückgegeben. Um wieder zu antworten, bitte den Nutzer mit /parley-owner ${userId} und dem Namen unseres Service zurückholen.`,
  },

  refusals: {
    "other-company":
      "Nur Mitglieder des Workspace, in dem diese Anbindung läuft, können Nutzern antworten. Bitten Sie jemanden von dort, es zu schreiben.",
    deactivated: "Dieses Konto ist in Slack deaktiviert und kann deshalb Nutzern nicht antworten.",
    guest:
      "Gäste dieses Workspace können Nutzern nicht antworten. Bitten Sie ein Mitglied, es zu schreiben, oder das Admin-Team, es zu erlauben (GUESTS_MAY_ANSWER).",
    "no-person": "Nur Menschen können Nutzern antworten.",
    "not-known":
      "Slack sagt gerade nicht, ob Sie zum Team gehören, deshalb ist nichts geschehen. Versuchen Sie es gleich noch einmal.",
    "not-agent": {
      missing: (team) => `Dieser Nutzer ist beim Team ${team}, und dazu gehören Sie nicht.`,
      missingAny: "Das ist für Mitglieder eines Teams, und Sie sind in keinem.",
      nobody: (team) =>
        `Dieser Nutzer ist beim Team ${team}, und dazu gehört zurzeit niemand: Die Gruppen des Teams sind leer. Bitte dem Admin-Team melden.`,
    },
    "not-lead": {
      missing: (team) => `Das ist für diejenigen, die das Team ${team} leiten.`,
      missingAny:
        "Dieser Nutzer ist in keinem Ihrer Threads, und dann darf das nur, wer ein Team leitet.",
      nobody: (team) =>
        `Das ist für diejenigen, die das Team ${team} leiten, und das tut zurzeit niemand: Die Gruppen dafür sind leer. Bitte dem Admin-Team melden.`,
    },
    ask: (who) => `Fragen Sie ${who}.`,
  },

  causes: {
    refused: "Parley hat es abgelehnt",
    refusedWith: (reason) => `Parley hat es abgelehnt: ${reason}`,
    trouble: (reason) => `Parley hat eine Störung: ${reason}`,
    unreachable: "Parley war nicht erreichbar",
    unclear: "Parley hat keine klare Antwort gegeben",
    elsewhere: "ein anderer Service hat den Nutzer",
    goingElsewhere: "jemand anders gibt den Nutzer gerade an einen anderen Service",
    unchanged: "bei Parley ist der Nutzer noch, wo er war",
  },

  notDone:
    "Die Anbindung konnte das nicht tun. Bitte gleich noch einmal versuchen; hilft das nicht, bitte dem Admin-Team melden.",

  decided: {
    elsewhere: "Dieser Button gehört zu einem anderen Thread. Bitte dort drücken.",
    settled: "Das wurde schon gesendet oder verworfen.",
    onItsWay: "Unterwegs.",
    takingOver:
      "Der Nutzer wird übernommen; die Antwort wird gesendet, sobald sein neuer Thread offen ist.",
    undone: "Nicht gesendet. Bitte neu schreiben, wenn es so weit ist.",
    tooLate: "Zu spät: Es ist schon unterwegs zum Nutzer.",
  },

  handBackForm: {
    title: "Zurückgeben",
    submit: "Zurückgeben",
    close: "Abbrechen",
    intro: (user) =>
      `${user} geht zu dem Service, den Sie wählen. Antworten in diesem Thread kommen dann nicht mehr an.`,
    missing: (count) =>
      count === 1
        ? "1 weiterer Service passt hier nicht hinein; /parley-owner kennt ihn."
        : `${count} weitere Services passen hier nicht hinein; /parley-owner kennt sie.`,
    destination: "Zurückgeben an",
    note: "Notiz für den Bot",
    notePlaceholder: "Worum ging es, und was wurde getan?",
    noteHint: "Nur der Bot bekommt das; der Nutzer sieht es nicht.",
    messageForUser: "Zusammenfassung für den Nutzer",
    messageForUserPlaceholder: "Ihr Geld ist unterwegs; es dauert drei Tage.",
    messageForUserHint: "Der Bot bekommt das und darf es dem Nutzer zeigen.",
    outcome: "Ergebnis",
    outcomePlaceholder: "Wie ist es ausgegangen?",
    tags: "Schlagwörter",
    tagsPlaceholder: "Rückzahlung, Paket",
    tagsHint: "Für den Bot; mit einem Komma dazwischen.",
    tooManyTags: "Höchstens 10 Schlagwörter mit je 40 Zeichen.",
    lastMessage: "Letzte Nachricht an den Nutzer",
    lastMessagePlaceholder: "Wird vor dem Zurückgeben gesendet",
    lastMessageHint: "Die Anbindung sendet das jetzt in Ihrem Namen an den Nutzer.",
    bot: "Der Bot",
    isOver: "Dieses Gespräch ist beendet. Die erste Nachricht des Threads sagt, wo der Nutzer ist.",
    noConversation:
      "Diese Nachricht gehört zu keinem Gespräch mit einem Parley-Nutzer, es ist also niemand zurückzugeben. Bitte „Hand back“ im Menü einer Nachricht im Thread einer Übergabe wählen.",
    lastMessageIsNote:
      "Das beginnt wie eine interne Notiz und geht deshalb nicht an den Nutzer. Bitte anders formulieren oder in die Notiz für den Bot schreiben.",
    serviceUnknown:
      "Parley hat nicht rechtzeitig gesagt, welcher Service das ist. Es ist nichts passiert; bitte gleich noch einmal versuchen.",
    answerWaits:
      "Eine schnelle Antwort an diesen Nutzer ist unterwegs. Bitte gleich noch einmal zurückgeben, damit sie zuerst ankommt.",
    sentAlready:
      "Dieses Formular wurde schon abgeschickt; im Thread steht, was daraus geworden ist.",
    notStored:
      "Die Anbindung konnte das nicht speichern. Es ist nichts passiert; bitte gleich noch einmal versuchen.",
  },

  answerForm: {
    title: "Schnelle Antwort",
    submit: "Senden",
    close: "Abbrechen",
    intro: (user) => `${user} bekommt das wie eine Antwort von Ihnen im Thread.`,
    choice: "Antwort",
    choicePlaceholder: "Nach Name oder Stichwort suchen",
    text: "Nachricht an den Nutzer",
    textHint:
      "Sie können es beliebig ändern. Es ist Markdown: **fett**, _kursiv_, [Text](https://…).",
    sentBy: (agent) => `${agent} hat das mit *Schnelle Antwort…* an den Nutzer gesendet`,
    none: "Es gibt keine schnellen Antworten. Wer diese Anbindung betreibt, kann welche anlegen (answers in bridge.yaml).",
    empty: "Es steht nichts für den Nutzer darin. Bitte eine Antwort wählen oder schreiben.",
    sentAlready: "Dieses Formular wurde schon abgeschickt; der Thread zeigt die Antwort.",
    tooLate:
      "Die schnelle Antwort wurde nicht gesendet: Dieser Nutzer hat diesen Thread verlassen, oder Slack hat sie nicht angenommen. Sie lautete:",
  },

  declineForm: {
    title: "Nicht für uns",
    submit: "Zurückschicken",
    close: "Abbrechen",
    intro: (user) =>
      `${user} geht sofort zurück, ohne ein Wort an ihn. Antworten in diesem Thread kommen nicht mehr an.`,
    destination: "Zurück an",
    reason: "Warum nicht für dieses Team?",
    reasonPlaceholder: "Gehört zur Buchhaltung; bitte zuerst nach der Rechnungsnummer fragen.",
    reasonHint: "Der Bot und die Kollegen lesen es, der Nutzer nicht.",
    reasonMissing: "Bitte sagen, warum.",
    answered: "Ein Agent hat diesem Nutzer schon geantwortet; bitte stattdessen zurückgeben.",
  },

  moveForm: {
    title: "Verschieben",
    submit: "Verschieben",
    close: "Abbrechen",
    intro: (user, team) =>
      `${user} ist bei ${team}. Im Kanal des gewählten Teams öffnet sich ein Thread mit dem, was bisher geschrieben wurde; der Nutzer merkt davon nichts. Antworten in diesem Thread erreichen ihn dann nicht mehr.`,
    destination: "Verschieben zu",
    note: "Notiz für die Kollegen dort",
    notePlaceholder: "Was müssen sie wissen?",
    onlyOneTeam:
      "Es gibt hier nur ein Team, also kann dieser Nutzer nirgendwohin verschoben werden.",
    noConversation:
      "Diese Nachricht gehört zu keinem Gespräch mit einem Parley-Nutzer, also ist niemand zu verschieben. Bitte die Kurzaktion an einer Nachricht im Thread einer Übergabe aufrufen.",
    teamGone: "Dieses Team gibt es nicht mehr. Nichts ist geschehen; bitte ein anderes wählen.",
    sentAlready:
      "Dieses Formular wurde schon abgeschickt; der Thread sagt, was daraus geworden ist.",
  },

  leftThread: {
    withLink: (team, link) =>
      `Dieser Nutzer wurde zu ${team} verschoben. Bitte in <${link}|seinem Thread dort> weitermachen.`,
    unlinked: (team) =>
      `Dieser Nutzer wurde zu ${team} verschoben. Bitte in seinem Thread dort weitermachen.`,
  },

  formNotOpened: {
    busy: "Slack ist gerade ausgelastet. Bitte gleich noch einmal versuchen.",
    noAnswer:
      "Slack hat nicht geantwortet, als das Formular aufgehen sollte. Bitte noch einmal versuchen.",
    tooLate: "Slack hat das Formular nicht rechtzeitig geöffnet. Bitte noch einmal versuchen.",
    notAllowed: (reason) =>
      `Slack lässt diese App keine Formulare öffnen (${reason}). Noch ein Versuch hilft nicht; bitte dem Admin-Team melden. Bis dahin verschiebt \`/parley-owner\` den Nutzer auch.`,
    refused: (reason) =>
      `Slack hat das Formular abgelehnt (${reason}). Noch ein Versuch hilft nicht; bitte dem Admin-Team melden. Bis dahin verschiebt \`/parley-owner\` den Nutzer auch.`,
  },

  serviceChoice: {
    none: (wanted, services) => `Es gibt keinen Service ${wanted}. Services: ${services}.`,
    many: (wanted, services) => `Viele Services passen zu ${wanted}. Services: ${services}.`,
    wasItThis: (wanted, user) =>
      `Kein Service heißt ${wanted}, deshalb wurde nichts geändert. War dieser für ${user} gemeint?`,
    whichOne: (wanted, user) =>
      `Kein Service heißt ${wanted}, deshalb wurde nichts geändert. Welcher war für ${user} gemeint?`,
    quoted: (text) => `„${text}“`,
  },

  ownerCommand: {
    help: `*/parley-owner* zeigt und ändert, bei welchem Service ein Nutzer ist.
• \`/parley-owner\` oder \`/parley-owner list\` zeigt die offenen Gespräche, oben wer am längsten wartet
• \`/parley-owner &lt;nutzer&gt;\` zeigt, wer den Nutzer gerade hat
• \`/parley-owner &lt;nutzer&gt; &lt;service&gt;\` gibt den Nutzer an einen Service, mit dessen ganzem Namen oder der Id
• \`/parley-owner &lt;nutzer&gt; take\` und \`… release\` legen fest, wer dem Nutzer antwortet: wer den Befehl schreibt, oder niemand; \`… assign &lt;agent&gt;\` gibt den Nutzer an jemanden aus dem Team, mit Namen oder Mitglieds-ID
• \`/parley-owner &lt;nutzer&gt; move &lt;team&gt;\` verschiebt den Nutzer zu einem anderen unserer Teams
• \`/parley-owner &lt;nutzer&gt; decline &lt;grund&gt;\` schickt einen Nutzer, dem noch niemand geantwortet hat, sofort zurück
• \`/parley-owner services\` zeigt die Services
\`&lt;nutzer&gt;\` ist die Id eines Parley-Nutzers, eine Kundennummer oder der Link eines Threads; \`user:…\` und \`customer:…\` sagen, welche Nummer gemeint ist. In Threads geht es nicht: Slack erlaubt dort keine Befehle.`,
    slow: "Parley ist gerade langsam. Die Antwort kommt hierher, sobald sie da ist.",
    noServices: "Parley nennt keine Services für dieses Konto.",
    standard: "Standard",
    thisBridge: "diese Anbindung",
    openThread: "offener Thread",
    ownerUnknown: (user) => `Parley hat nicht gesagt, wer ${user} hat.`,
    isWith: (user, service) => `${user} ist bei ${service}`,
    already: (user, service) => `${user} ist schon bei ${service}.`,
    given: (user, service) => `${user} ist jetzt bei ${service}.`,
    taken: (user, service) =>
      `${user} ist jetzt bei ${service}. Im Support-Kanal entsteht ein Thread.`,
    declining: (user) => `Gehört: Der Thread von ${user} sagt gleich, ob das geklappt hat.`,
    claiming: (user) =>
      `Gehört: Der Thread von ${user} sagt gleich, wer jetzt antwortet oder wer schneller war.`,
    nobodyCalled: (whom, team) =>
      `In ${team} heißt niemand ${whom} oder mehr als einer. Nichts wurde geändert. Eindeutig ist die Mitglieds-ID: Sie steht in Slack im Profil, unter *Mitglieds-ID kopieren*.`,
    moving: (user, team) =>
      `${user} geht zu ${team}: Dort öffnet sich gleich ein Thread, und der jetzige sagt, wo.`,
    overtaken: (user, service) =>
      `${user} ging nicht an ${service}: Jemand anders war schneller und gibt den Nutzer gerade ab oder hat es eben getan.`,
    problems: {
      "no-id":
        "Das ist keine Id: Eine hat höchstens 200 Zeichen, keine Steuerzeichen und ist kein Pfad aus Punkten.",
      "no-thread": "Dieser Link ist kein Thread eines Parley-Gesprächs.",
      "no-message-link":
        "Dieser Link ist keine Nachricht in Slack. Bitte den Link der ersten Nachricht eines Threads kopieren.",
      "service-gone": "Diesen Service gibt es nicht mehr. Es wurde nichts geändert.",
      "unknown-customer": (id) => `Hier ist kein Gespräch mit der Kundennummer ${id} bekannt.`,
      ambiguous: (id) =>
        `${id} kann ein Parley-Nutzer oder eine Kundennummer sein. Bitte \`user:${id}\` oder \`customer:${id}\` schreiben.`,
    },
    failures: {
      refusedAltogether: "Parley weist die Anbindung ganz ab. Bitte dem Admin-Team melden.",
      refused: (reason) =>
        `Parley kennt diesen Nutzer nicht oder lehnt die Änderung ab (${reason}).`,
      notStored:
        "Die Anbindung konnte das nicht speichern. Es wurde nichts geändert; bitte gleich noch einmal versuchen.",
      unreachable:
        "Parley ist gerade nicht erreichbar. Soweit bekannt, wurde nichts geändert; bitte gleich noch einmal versuchen.",
    },
  },

  moveProblems: {
    "not-open": "Dieser Nutzer hat kein offenes Gespräch mit uns, also ist nichts zu verschieben.",
    "not-ready":
      "Der Thread dieses Gesprächs ist noch nicht offen. Bitte gleich noch einmal versuchen.",
    "one-team":
      "Es gibt hier nur ein Team, also kann dieser Nutzer nirgendwohin verschoben werden.",
    "team-gone": "Dieses Team gibt es nicht mehr. Nichts wurde geändert.",
    "with-team": (team) => `Dieser Nutzer ist schon bei ${team}.`,
  },

  teamChoice: {
    none: (wanted, teams) => `Es gibt kein Team ${wanted}. Teams: ${teams}.`,
    wasItThis: (wanted, user) =>
      `Kein Team heißt ${wanted}, also wurde nichts geändert. War dieses für ${user} gemeint?`,
    whichOne: (wanted, user) =>
      `Kein Team heißt ${wanted}, also wurde nichts geändert. Welches war für ${user} gemeint?`,
  },

  liveTest: {
    started: (who) =>
      `*Ein Test*${who === undefined ? "" : `, gestartet für ${who}`}: Hinter diesem Thread steht kein Nutzer, nichts daraus geht an jemanden, und niemand muss etwas tun.`,
    answer: "Hier würden Mitarbeiter antworten. Niemand bekommt das.",
    handedBack: "*Ein Test*, zurückgegeben: Er ist vorbei, und niemand muss etwas tun.",
    over: (who) => `Zurückgegeben: Der Test ist vorbei${who === undefined ? "" : `, ${who}`}.`,
  },

  typing: "Nutzer schreibt…",
  erased: "Auf Wunsch gelöscht.",
  astray:
    "_Das gehörte in einen Thread, den es nicht mehr gibt; das Gespräch geht in einem anderen weiter._",
};

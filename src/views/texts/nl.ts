import type { AlarmName } from "../../alarms.ts";
import type { Texts } from "./en.ts";

const number = (value: number) => value.toLocaleString("nl", { maximumFractionDigits: 1 });

const ALARMS: Readonly<Record<AlarmName, string>> = {
  "slack-access": "Slack weigert de koppeling",
  "slack-setup": "De koppeling is in Slack niet goed ingesteld",
  "slack-socket": "De koppeling krijgt geen verbinding met Slack",
  "parley-access": "Parley weigert de koppeling",
  "bot-events": "De bot hoort niet wat er van overdrachten wordt",
  "parley-service": "De Services van de koppeling kloppen niet in Parley",
  store: "De koppeling kan niets opslaan",
  clock: "De klok van de server loopt niet gelijk",
};

/** All that the team reads, in Dutch. */
export const nl: Texts = {
  number,
  bytes: (count) => (count === 1 ? "1 byte" : `${count} bytes`),
  duration: {
    underAMinute: "minder dan een minuut",
    minutes: (count) => `${count} min`,
    hours: (count) => `${count} uur`,
    days: (count) => `${count} dagen`,
  },
  user: (id) => `Gebruiker ${id}`,
  visitor: (id) => `Bezoeker ${id}`,

  root: {
    newConversation: "Nieuw gesprek",
    takenOver: "Door het team overgenomen",
    anonymous: "Anoniem",
    unverified: "(opgegeven door de gebruiker, niet gecontroleerd)",
    language: "taal",
    customer: "klantnummer",
    userId: "Parley-gebruiker",
    reason: "Reden",
    furtherReason: "Daarna",
    details: "Alles over dit gesprek",
    field: "Veld",
    value: "Waarde",
    fields: (count) => `Gegevens · ${count} velden`,
    transcriptOf: (count) =>
      `Voor de overdracht · ${count === 1 ? "1 bericht" : `${count} berichten`}`,
    moreBelow: (count) => `… nog ${count}, zie hieronder`,
    earlierBelow: (count) => `… ${count} eerdere, zie hieronder`,
    ownerUnverified:
      "Parley zei niet of deze gebruiker bij ons is. Antwoordt er ook een andere Service, geef de gebruiker dan terug.",
    lost: (link) =>
      `Dit gesprek gaat hier verder, omdat <${link}|de eerdere thread> er niet meer is. Antwoord hier.`,
    expires: (moment) => `Zonder antwoord gaat deze gebruiker terug naar de bot: ${moment}`,
    previous: "Eerder gesprek met deze gebruiker",
    previousShort: "eerder gesprek",
    next: "Later gesprek met deze gebruiker",
    buttons: {
      take: "Nemen",
      release: "Vrijgeven",
      assign: "Toewijzen…",
      handBack: "Teruggeven",
      move: "Verplaatsen…",
      quickAnswer: "Snel antwoord…",
      decline: "Niet voor ons…",
    },
    movedFrom: (link, by, team) =>
      `Hierheen verplaatst${team === undefined ? "" : ` van ${team}`} door ${by} · <${link}|eerdere thread>`,
    movedTo: (link, by, team) =>
      `*Verplaatst* naar ${team ?? "een ander team"} door ${by}${link === undefined ? "" : ` · <${link}|gaat daar verder>`}`,
    movedInVain: (link, by) =>
      `*Niet hierheen verplaatst*: ${by} wilde dat, maar het gesprek was al voorbij of ging al elders verder${link === undefined ? "" : ` · <${link}|de thread ervan>`}`,
    waiting: (time) => (time === undefined ? "*wacht*" : `*wacht* al meer dan ${time}`),
    unclaimed: "beantwoord, en niemand heeft het nu",
    answers: (by, waiting) =>
      `${by} antwoordt${waiting === undefined ? "" : ` · *zwijgt* al meer dan ${waiting}`}`,
    handedBack: (to, by, at) =>
      `*Teruggegeven* aan ${to ?? "een andere Service"}${by === undefined ? "" : ` door ${by}`} · ${at}`,
    declined: (to, by, at) =>
      `*Afgewezen*${by === undefined ? "" : ` door ${by}`}, terug naar ${to ?? "een andere Service"} · ${at}`,
    note: (note) => `Notitie: ${note}`,
    takenAway: (by, at) => `*Overgenomen* door ${by ?? "een andere Service"} · ${at}`,
    merged: (link, at) =>
      `*Gaat verder in ${link === undefined ? "een andere thread" : `<${link}|een andere thread>`}* · ${at}`,
    ended: {
      "handed-back": "Teruggegeven: ",
      "taken-away": "Overgenomen: ",
      declined: "Afgewezen: ",
      merged: "Gaat elders verder: ",
      moved: "Verplaatst: ",
    },
  },

  conversations: {
    none: "Geen open gesprekken.",
    count: (count) => (count === 1 ? "1 open gesprek" : `${count} open gesprekken`),
    answered: "beantwoord",
    waiting: (time) => `*wacht ${time}*`,
    more: (count) => `… en nog ${count}`,
    mine: "jij antwoordt",
    unclaimed: "nog niemand antwoordt",
    others: (who) => `${who} antwoordt`,
    wrote: (time) => `schreef ${time} geleden`,
  },

  home: {
    nobodyWaits: "Er wacht niemand",
    alarm: (time, { name, advice }) =>
      `${ALARMS[name]} (${time}). Alleen de beheerder van de koppeling kan dit verhelpen: “${advice}.”`,
    delayed: (count, towards, time) =>
      `De bezorging is vertraagd: ${count} ${count === 1 ? "wacht" : "wachten"} op ${towards}, de oudste al ${time}. Er gaat niets verloren.`,
    dead: (count) =>
      `${count} ${count === 1 ? "kon" : "konden"} niet worden bezorgd. De beheerder van de koppeling vindt ze met \`npm run dead-letters -- list\`.`,
    footer: (channel) =>
      `Threads openen in ${channel}. \`/parley-owner help\` legt uit hoe je een gebruiker verplaatst.`,
    asOf: (moment) =>
      `Stand van ${moment}: deze pagina verandert alleen als je haar opent, vernieuwt of er op een knop drukt.`,
    show: {
      all: (count) => `Alle (${count})`,
      mine: (count) => `Van mij (${count})`,
      unclaimed: (count) => `Van niemand (${count})`,
    },
    groups: {
      mine: (count) => `Jij antwoordt (${count})`,
      unclaimed: (count) => `Nog niemand antwoordt (${count})`,
      others: (count) => `Collega's antwoorden (${count})`,
    },
    allTeams: "Al je teams",
    erase: "Gebruiker wissen…",
    refresh: "Vernieuwen",
    noneSuch: "Daarvan zijn er geen.",
    page: (page, of) => `Pagina ${page} van ${of}`,
    previous: "Vorige",
    next: "Volgende",
  },

  channel: {
    trouble: {
      archived: (name, team) => `Het kanaal ${name} van het team ${team} is gearchiveerd.`,
      deleted: (name, team) => `Het kanaal ${name} van het team ${team} is verwijderd.`,
      removed: (name, team) => `Ik zit niet meer in het kanaal ${name} van het team ${team}.`,
      unseen: (name, team) =>
        `Ik zie het kanaal ${name} van het team ${team} niet meer: het is verwijderd, of ik zit er niet in.`,
      shared: (name, team) =>
        `Het kanaal ${name} van het team ${team} is gedeeld met een ander bedrijf; mensen daar kunnen lezen wat gebruikers schrijven.`,
    },
    waiting: (count) =>
      count === 0
        ? "Er wacht geen gebruiker op antwoord. Wat nu binnenkomt, wordt bewaard en later getoond."
        : `${count === 1 ? "1 gebruiker wacht" : `${count} gebruikers wachten`} op antwoord. Er gaat niets verloren: wat nu binnenkomt, wordt bewaard en later getoond.`,
    goesOn: "De gesprekken gaan daar door zoals eerst.",
    toDo: {
      archived:
        "Haal het uit het archief, of laat de beheerder van de koppeling een ander kanaal instellen. Daarna gaat het vanzelf verder.",
      deleted:
        "Laat de beheerder van de koppeling een ander kanaal instellen. De open gesprekken gaan dan daar verder.",
      removed:
        "Nodig me opnieuw uit: typ `/invite` in het kanaal en kies de app. Daarna gaat het vanzelf verder.",
      unseen:
        "Nodig me opnieuw uit met `/invite` in het kanaal, of laat de beheerder van de koppeling een ander kanaal instellen. Daarna gaat het vanzelf verder.",
      shared:
        "Maak daar een eind aan, of laat de beheerder van de koppeling het voor het team toestaan (`allow-shared`).",
    },
    back: (name, team) =>
      `Het kanaal ${name} van het team ${team} is er weer. Wat wachtte, wordt daar nu getoond.`,
    unshared: (name, team) =>
      `Het kanaal ${name} van het team ${team} is niet meer gedeeld met een ander bedrijf.`,
  },

  furtherHandover: {
    reason: (reason) =>
      `Overgedragen met een reden: ${reason}. De details staan in het eerste bericht van deze thread.`,
    details: "De overdracht bracht meer details. Ze staan in het eerste bericht van deze thread.",
    transcript:
      "De overdracht bracht wat ervoor geschreven was. Het staat in het eerste bericht van deze thread.",
  },

  ended: {
    takenAway: (service) =>
      `Deze gebruiker is nu bij ${service}. Antwoorden hier komen niet meer aan.`,
    handedBack: (agent, service) =>
      `${agent} heeft deze gebruiker teruggegeven aan ${service}. Antwoorden hier komen niet meer aan.`,
    declined: (agent, service) =>
      `${agent} heeft deze gebruiker afgewezen, die weer bij ${service} is. Antwoorden hier komen niet meer aan.`,
    handedBackFor: {
      handed_back: (service) => `Deze gebruiker is weer bij ${service}.`,
      nobody_available: (service) =>
        `Niemand heeft op tijd geantwoord; deze gebruiker is teruggegaan naar ${service}.`,
      outside_hours: (service) =>
        `Het team is er nu niet; deze gebruiker is teruggegaan naar ${service}.`,
      user_silent: (service) =>
        `De gebruiker heeft lang niets geschreven en is teruggegaan naar ${service}.`,
      user_ended: (service) =>
        `De gebruiker heeft het gesprek beëindigd en is weer bij ${service}.`,
      declined: (service) => `Deze gebruiker is niet aangenomen en teruggegaan naar ${service}.`,
      expired: (service) =>
        `Niemand heeft geantwoord in de tijd die de overdracht gaf; deze gebruiker is teruggegaan naar ${service}.`,
    },
    outcome: (outcome) => `Uitkomst: ${outcome}`,
    tags: (tags) => `Labels: ${tags}`,
    messageForUser: "De bot mag de gebruiker tonen:",
    nameStays: (cause) =>
      `De app van de gebruiker toont misschien nog de naam van de medewerker (${cause}).`,
  },

  reminder: {
    nobodyAnswered: (user, time) => `${user} wacht al ${time} en niemand heeft nog geantwoord.`,
    owesAnswer: (user, time) => `${user} wacht al ${time} op antwoord.`,
    direct: (user, time, link) => `<${link}|${user}> wacht al ${time} op antwoord.`,
    released: (agent, time) =>
      `${agent} heeft al ${time} niet geantwoord, dus deze gebruiker is vrij voor anderen. Wie neemt over?`,
  },

  toldUser: {
    told: "Automatisch naar de gebruiker gestuurd:",
    uncertain:
      "Automatisch naar de gebruiker gestuurd, maar Parley gaf geen duidelijk antwoord. Misschien is het aangekomen:",
    failed: (cause) => `Dit kon niet naar de gebruiker worden gestuurd (${cause}):`,
  },

  toUser: {
    waiting: "Bedankt voor het wachten. We zijn je niet vergeten: iemand antwoordt zodra dat kan.",
    "outside-hours":
      "Bedankt voor je bericht. We zijn er nu even niet; we zijn er weer op {opensAt} en antwoorden je dan hier.",
    "still-there": "Ben je er nog? Als je nog iets nodig hebt, schrijf dan gerust.",
    "nobody-available":
      "Het spijt ons: niemand kon je op tijd antwoorden. Schrijf gerust nog een keer, of probeer het later.",
    ended:
      "We hebben een tijdje niets van je gehoord, dus we sluiten dit gesprek af. Je kunt altijd weer schrijven.",
  },
  toUserValues: { later: "een later moment" },

  handBackFailed: {
    failed: (agent, cause) => `${agent}, teruggeven is niet gelukt (${cause}).`,
    failedByItself: (cause) => `De gebruiker teruggeven is niet gelukt (${cause}).`,
    stages: {
      "nothing-done":
        "Er is niets verstuurd; het gesprek gaat hier verder. Probeer het zo meteen nog eens.",
      "message-begun":
        "Alleen het begin van je laatste bericht is verstuurd; het gesprek gaat hier verder. Geef opnieuw terug, met wat de gebruiker nog niet heeft.",
      "message-uncertain":
        "Niemand weet of je laatste bericht is aangekomen; het gesprek gaat hier verder. Geef opnieuw terug, zonder het bericht als de gebruiker het heeft.",
      "message-sent":
        "Je laatste bericht is verstuurd; het gesprek gaat hier verder. Geef opnieuw terug, zonder het bericht.",
    },
    isWith: (service) => `Er is niets terug te geven: deze gebruiker is al bij ${service}.`,
    hasLeft: "Er is niets terug te geven: deze gebruiker heeft deze thread al verlaten.",
    moved: (link) =>
      `Niet teruggegeven: deze gebruiker was al naar een ander team verplaatst. Geef terug in ${link === undefined ? "de thread daar" : `<${link}|de thread daar>`}.`,
    messageNotSent: "Je laatste bericht is niet verstuurd.",
    answered:
      "Deze gebruiker is niet afgewezen: een agent heeft geantwoord. Geef de gebruiker in plaats daarvan terug.",
  },

  moved: {
    away: (agent, team, link) =>
      `${agent} heeft deze gebruiker naar ${team} verplaatst: het gesprek gaat verder in <${link}|een thread daar>. Antwoorden hier bereiken de gebruiker niet meer.`,
    note: (agent) => `${agent} zegt dit tegen jullie, niet tegen de gebruiker:`,
    notMoved: (team) => `Deze gebruiker is niet naar ${team} verplaatst.`,
    noteNotPosted: "Je notitie is niet geplaatst:",
    refusals: {
      ended:
        "Het gesprek is afgelopen; het eerste bericht van deze thread zegt waar de gebruiker is.",
      failed:
        "Er ging iets mis in de koppeling, of Slack was te lang weg. Probeer het opnieuw; blijft het misgaan, meld het dan bij de beheerder van de koppeling.",
      "no-team": "Dat team is er niet meer.",
      there: (team) => `De gebruiker is al bij ${team}.`,
      elsewhere: (team, by, link) =>
        `${by === undefined ? "De gebruiker is bij" : `${by} was je voor; de gebruiker is nu bij`} ${team}${link === undefined ? "" : `: <${link}|de thread>`}.`,
      refused: (reason) =>
        `Slack laat de koppeling niet schrijven in het kanaal van dat team (${reason}). Het gesprek gaat hier verder; meld het bij de beheerder van de koppeling.`,
    },
  },

  rated: (stars, most) => `De gebruiker heeft dit gesprek beoordeeld: ${stars} van ${most}.`,

  claims: {
    taken: (who, before) =>
      before === undefined
        ? `${who} antwoordt deze gebruiker.`
        : `${who} antwoordt deze gebruiker in plaats van ${before}.`,
    released: (by, before) =>
      by === undefined
        ? `Niemand antwoordt deze gebruiker nu${before === undefined ? "" : `: ${before} hoort niet meer bij het team`}.`
        : `${by} heeft deze gebruiker${before === undefined ? "" : `, die ${before} had,`} vrijgegeven: niemand antwoordt nu.`,
    assigned: (by, to, before) =>
      `${by} heeft deze gebruiker aan ${to} gegeven${before === undefined ? "" : `; tot nu toe antwoordde ${before}`}.`,
    assignedByTurns: (to) => `${to} is aan de beurt om deze gebruiker te antwoorden.`,
    assignedToYou: (by, user, link) =>
      `${by === undefined ? "Jij bent aan de beurt om" : `${by} vraagt je om`} ${user} te antwoorden in <${link}|hun thread>.`,
    notClaimed: (to) => `${to} antwoordt deze gebruiker niet.`,
    notReleased: "Deze gebruiker is niet vrijgegeven.",
    noteNotPosted: "Je notitie is niet geplaatst:",
    losses: {
      overtaken: (by) => `${by} was sneller en antwoordt.`,
      nobody: "Intussen is deze gebruiker vrijgegeven: niemand antwoordt nu.",
      ended:
        "Het gesprek is afgelopen; het eerste bericht van deze thread zegt waar de gebruiker is.",
      moved: (team) => `Intussen is deze gebruiker naar ${team} verplaatst.`,
      failed:
        "Er ging iets mis in de koppeling, of Slack was te lang weg. Probeer het opnieuw; blijft het misgaan, meld het dan aan de beheerder van de koppeling.",
    },
    answersAlready: (who) => `${who} antwoordt deze gebruiker al.`,
    instead: {
      button: "Zelf antwoorden",
      title: "Zelf antwoorden?",
      text: "De thread vertelt je collega dat jij deze gebruiker vanaf nu antwoordt.",
      confirm: "Zelf antwoorden",
      deny: "Annuleren",
    },
  },

  claimProblems: {
    "not-open":
      "Deze gebruiker heeft geen open gesprek met ons, dus er is niemand om te antwoorden.",
    unclaimed: "Niemand antwoordt deze gebruiker, dus er valt niets vrij te geven.",
    "has-already": "Die collega antwoordt deze gebruiker al.",
    yours: "Je antwoordt deze gebruiker al.",
    overtaken:
      "Intussen heeft iemand deze gebruiker genomen of vrijgegeven, dus er is niets gedaan. Kijk in de thread en probeer het opnieuw.",
    "not-agent": (team) =>
      `Die collega hoort niet bij het team ${team} en kan deze gebruiker dus niet antwoorden.`,
    "not-known":
      "Slack zegt op dit moment niet of die collega bij het team hoort. Er is niets gedaan; probeer het zo opnieuw.",
  },

  assignForm: {
    title: "Toewijzen",
    submit: "Toewijzen",
    close: "Annuleren",
    intro: (user, team) =>
      `Wie van ${team} antwoordt ${user} vanaf nu? Je collega krijgt bericht, met je notitie; de gebruiker merkt er niets van.`,
    agent: "Wie antwoordt",
    note: "Notitie voor je collega",
    notePlaceholder: "Wat moet je collega weten?",
    noConversation:
      "Dit bericht hoort niet bij een gesprek met een Parley-gebruiker, dus er is niemand die op antwoord wacht.",
    sentAlready: "Dit formulier is al verstuurd; de thread zegt wat ervan geworden is.",
  },

  eraseForm: {
    title: "Gebruiker wissen",
    find: "Verder",
    submit: "Definitief wissen",
    close: "Annuleren",
    intro:
      "Alles wat hier van een gebruiker bewaard wordt, wordt gewist, en mijn berichten en bestanden in de threads van die gebruiker worden verwijderd. Je ziet eerst wat dat is.",
    name: "Id bij Parley, klantnummer of e-mailadres",
    nobody: "Van een gebruiker met deze naam wordt niets bewaard.",
    several: (ids) => `Zo heten meerdere gebruikers: ${ids}. Geef het id van één van hen.`,
    busy: {
      open: "De gebruiker heeft een open gesprek. Geef die eerst terug.",
      waiting: "Iets van deze gebruiker is nog niet bezorgd. Probeer het zo nog eens.",
    },
    plan: (ids, conversations, threads) =>
      `Gebruiker ${ids}. Gesprekken: ${conversations}. Threads in Slack: ${threads}.`,
    undelivered: (count) => `Onbezorgbare berichten, die ook gewist worden: ${count}.`,
    consequences:
      "Dit kan niet ongedaan worden gemaakt. Wat mensen in de threads schreven kunnen alleen mensen verwijderen: de links krijg je aan het eind in een privébericht.",
    confirm: (id) => `Typ ${id} om te bevestigen`,
    notConfirmed: "Dat is niet het id van de gebruiker. Er is niets gewist.",
  },

  erasedReport: {
    done: (messages, files, records) =>
      `De gebruiker is gewist. Eigen berichten verwijderd: ${messages}, bestanden: ${files}. Aantekeningen van wie wat deed die de gebruiker niet meer noemen: ${records}. Back-ups, logs en Parley zijn niet bereikt.`,
    byPeople: "Wat er nog in deze threads staat kunnen alleen mensen verwijderen:",
    left: (link, count) =>
      `<${link}|Deze thread>: ${count === 1 ? "1 bericht" : `${count} berichten`}`,
    unseen: (link) => `<${link}|Deze thread>, waar Slack mij niet in laat kijken`,
  },

  collision: {
    toWriter: (who) =>
      `${who} antwoordt deze gebruiker. Ook jouw bericht is verstuurd; spreek af wie verdergaat.`,
    toClaimant: (who) =>
      `${who} heeft ook geschreven naar deze gebruiker, met wie jij in gesprek bent. Spreek af wie verdergaat.`,
    held: (who) =>
      `Niet verstuurd: ${who ?? "een collega"} antwoordt deze gebruiker. Moet de gebruiker je bericht toch krijgen?`,
    buttons: { sendAnyway: "Toch versturen", keepAsNote: "Als notitie bewaren" },
  },

  soFar: {
    headline: (link) => `Het gesprek tot nu toe, uit <${link}|de eerdere thread>`,
    onlyEnd: (count, fileName) =>
      `Dit is alleen het einde. Alle ${number(count)} berichten volgen als \`${fileName}\`.`,
    fileRefused: (fileName) =>
      `Slack nam \`${fileName}\` niet aan. De rest staat in de eerdere thread.`,
    cannotRead: (link) =>
      `Slack liet de koppeling niet lezen wat er tot nu toe geschreven is. Het staat in <${link}|de eerdere thread>.`,
    beginningMissing: "Wat hiervoor geschreven is staat in de eerdere threads.",
    inside: "bleef intern",
    failed: "heeft de gebruiker niet bereikt",
    uncertain: "heeft de gebruiker misschien niet bereikt",
  },

  merged: {
    away: (link) =>
      `Deze gebruiker heeft zich geregistreerd en gaat verder in <${link}|een andere thread>. Antwoord daar.`,
    in: (link) =>
      `Dezelfde gebruiker schreef voor het registreren ook in <${link}|een eerdere thread>.`,
    renamed: (userId) =>
      `Deze gebruiker heeft zich geregistreerd en is nu Parley-gebruiker ${userId}.`,
  },

  goesOnElsewhere: (link) =>
    `Het eerste bericht van deze thread is verwijderd, daarom gaat het gesprek verder in <${link}|een andere thread>. Antwoord daar.`,

  notShown: (cause) =>
    `Een bericht van deze gebruiker kon hier niet worden getoond (${cause}). De beheerder van de koppeling vindt het met \`npm run dead-letters -- list\`.`,

  message: {
    file: (name) => `[bestand: ${name}]`,
    namelessFile: "bestand zonder naam",
    emptyMessage: "(leeg bericht)",
    lateCaption: (moment) => `Vertraagd; geschreven ${moment}`,
    beginningCaption: (characters, fileName) =>
      `Dit is alleen het begin. Alle ${number(characters)} tekens volgen als \`${fileName}\`.`,
    cutCaption: (charactersLeft, fileName) =>
      `Slack nam \`${fileName}\` niet aan. De laatste ${number(charactersLeft)} tekens staan hier niet.`,
  },

  fileTroubles: {
    "not-ready": "(nog niet beschikbaar)",
    "login-page": "(kon niet worden opgehaald)",
    "wrong-size": "(kwam niet volledig aan)",
    "wrong-type": "(is niet wat het zegt te zijn, niet getoond)",
    "too-large": "(te groot om hier te tonen)",
    empty: "(een leeg bestand)",
    program: "(een programma: niet gedeeld, omdat openen schade kan doen)",
    gone: "(niet meer beschikbaar)",
    refused: "(kon niet worden opgehaald)",
  },

  notSent: {
    files: "*Niet verstuurd.* Dit bereikt de gebruiker niet:",
    parts: "*Niet verstuurd.* Alleen Slack kan dit tonen:",
    restGoes: "De rest van je bericht gaat wel naar de gebruiker.",
    otherWay: "Schrijf het in woorden, of stuur het als bestand.",
  },

  whyNotShown: {
    gone: "het staat niet meer in Slack",
    elsewhere: "het staat buiten Slack",
    empty: "het is leeg",
    type: (type) => `bestanden van het type ${type} kan de app van de gebruiker niet tonen`,
    size: (size, most) => `het is ${size}, en ${most} is het maximum`,
  },

  lostParts: {
    known: {
      actions: "knoppen",
      button: "een knop",
      call: "een gesprek in Slack",
      file: "een bestand dat buiten Slack staat",
      input: "een formulier",
      video: "een video",
      "private picture": "een afbeelding die alleen Slack kan tonen",
      "withheld message": "een doorgestuurd bericht dat Slack niet vrijgeeft",
    },
    unknown: (kind) => `iets wat de koppeling niet kent (${kind})`,
  },

  possibleRepeat: {
    short: "misschien een herhaling",
    caption: "Misschien een herhaling: Slack zei niet of dit al eerder was geplaatst.",
  },

  reply: {
    headlines: {
      refused: "*Niet verstuurd.*",
      failed: "*Niet bezorgd.*",
      uncertain: "*Misschien niet bezorgd.*",
    },
    toThread: (link) => `<${link}|Naar die thread>.`,
    staysInside:
      "Wat je in deze thread schrijft blijft intern en is voor het team te lezen; je ziet er een :lock: op.",
    notReached: (agent) =>
      `Een antwoord van ${agent} heeft de gebruiker niet bereikt. Het is hierboven gemarkeerd.`,
    uncertain: (agent) =>
      `Het is niet zeker of een antwoord van ${agent} de gebruiker heeft bereikt. Het is hierboven gemarkeerd.`,
    sentFromElsewhere: (agent, link, writer) =>
      `${agent} heeft deze gebruiker overgenomen, en <${link}|een antwoord> dat ${writer} in een eerdere thread schreef, is verstuurd.`,
    notSentYet:
      "Dit blijft intern. Begin een bericht met `>>` om het meteen naar de gebruiker te sturen.",
    undoable: (seconds) => `Dit gaat over ${seconds} s naar de gebruiker.`,
    editedNews: "De gebruiker heeft dit bericht niet. Moet het worden verstuurd zoals het nu is?",
    edited:
      "De gebruiker heeft de tekst zoals die eerst was, en Parley kan die niet wijzigen. Moet de nieuwe tekst als correctie worden verstuurd?",
    sentAlready:
      "De gebruiker heeft dit bericht al, en Parley kan het niet terughalen. Je kunt een correctie schrijven.",
    buttons: {
      sendAgain: "Opnieuw sturen",
      dismiss: "Laat vervallen",
      itArrived: "Het is aangekomen",
      undo: "Ongedaan maken",
      takeOver: "Overnemen en versturen",
      leaveIt: "Laat maar",
      sendToUser: "Naar gebruiker sturen",
      keepInside: "Intern houden",
      sendCorrection: "Correctie sturen",
    },
    takeOverConfirmation: {
      title: "De gebruiker overnemen?",
      text: "De gebruiker komt naar ons, bij wie die nu ook is. Er opent een nieuwe thread, en precies dit antwoord wordt verstuurd.",
      confirm: "Overnemen en versturen",
      deny: "Annuleren",
    },
  },

  advice: {
    elsewhere:
      "Een andere Service heeft deze gebruiker nu. Met /parley-owner zie je welke, of haal je de gebruiker terug.",
    notTakenOver:
      "Parley gaf ons deze gebruiker niet, dus er is niets verstuurd. Probeer het zo meteen nog eens; blijft het misgaan, meld het dan bij de beheerder van de koppeling.",
    empty: "Er staat niets in voor de gebruiker: vermeldingen van mensen in Slack blijven intern.",
    uncertain:
      "Parley gaf hierop geen duidelijk antwoord, dus het kan wel of niet zijn aangekomen. Reageert de gebruiker er niet op, stuur het dan opnieuw.",
    awayTooLong: "Parley was te lang onbereikbaar. Stuur het opnieuw zodra Parley er weer is.",
    refusedAltogether:
      "Parley weigert de koppeling helemaal. Meld het bij de beheerder van de koppeling, en stuur het daarna opnieuw.",
    refused: (reason) =>
      `Parley weigerde het (${reason}). Verander de tekst en schrijf opnieuw; blijft het misgaan, meld het dan bij de beheerder van de koppeling.`,
    defect:
      "Er ging iets mis binnen de koppeling. Stuur het opnieuw; blijft het misgaan, meld het dan bij de beheerder van de koppeling.",
    begun:
      "Een deel ervan heeft de gebruiker bereikt, of misschien bereikt, en wordt niet nog eens verstuurd; de rest is niet verstuurd.",
    file: (name, why) => `Over je bestand ${name}: ${why}`,
    onlyMissing: "‘Opnieuw sturen’ stuurt alleen wat ontbreekt.",
    fileTroubles: {
      "not-ready": "Slack is er nog mee bezig en geeft het nog niet vrij.",
      "login-page":
        "Slack gaf in plaats ervan een inlogpagina. De beheerder van de koppeling moet de scope files:read en het bottoken nakijken.",
      "wrong-size": "Wat Slack gaf, is niet zo lang als het bestand.",
      "wrong-type": "Wat erin zit, is niet wat het type zegt.",
      "too-large": "Het is te groot.",
      empty: "Het is leeg.",
      program: "Het is een programma.",
      gone: "Het staat niet meer in Slack.",
      refused: "Het kon niet uit Slack worden opgehaald.",
    },
    noRecord:
      "De koppeling weet niets van deze thread: die is na zijn bewaartijd gewist, of verloren gegaan toen een oudere stand werd teruggezet. Het eerste bericht zegt wie de gebruiker is; /parley-owner met dat id zegt waar de gebruiker nu is, met een link naar de nieuwere thread als die er is.",
    moved: (team) =>
      `Deze gebruiker is naar ${team} verplaatst, dus wat hier geschreven wordt bereikt de gebruiker niet meer. Antwoord daar.`,
    withUsElsewhere: "Deze gebruiker gaat bij ons verder in een andere thread. Antwoord daar.",
    merged: "Deze gebruiker gaat verder in een andere thread. Antwoord daar.",
    takenAway: (service, userId) =>
      `${service ?? "Een andere Service"} heeft deze gebruiker nu. Wil je weer antwoorden, haal de gebruiker dan terug met /parley-owner ${userId} en de naam van onze Service.`,
    handedBack: (service, userId) =>
      `Deze gebruiker is teruggegeven aan ${service ?? "een andere Service"}. Wil je weer antwoorden, haal de gebruiker dan terug met /parley-owner ${userId} en de naam van onze Service.`,
  },

  refusals: {
    "other-company":
      "Alleen leden van de workspace waarin deze koppeling draait, kunnen gebruikers antwoord geven. Vraag een van hen het te schrijven.",
    deactivated:
      "Dit account is in Slack gedeactiveerd en kan daarom gebruikers geen antwoord geven.",
    guest:
      "Gasten van deze workspace kunnen gebruikers geen antwoord geven. Vraag een lid het te schrijven, of de beheerder van de koppeling om het toe te staan (GUESTS_MAY_ANSWER).",
    "no-person": "Alleen mensen kunnen gebruikers antwoord geven.",
    "not-known":
      "Slack zegt nu niet of je bij het team hoort, dus er is niets gedaan. Probeer het zo nog eens.",
    "not-agent": {
      missing: (team) => `Deze gebruiker is bij het team ${team}, en daar hoor jij niet bij.`,
      missingAny: "Dit is voor leden van een team, en jij zit in geen enkel team.",
      nobody: (team) =>
        `Deze gebruiker is bij het team ${team}, en daar hoort nu niemand bij: de groepen van dat team zijn leeg. Vraag het de beheerder van de koppeling.`,
    },
    "not-lead": {
      missing: (team) => `Dit is voor wie het team ${team} leidt.`,
      missingAny:
        "Deze gebruiker zit in geen van je threads, en dan mag alleen wie een team leidt dit doen.",
      nobody: (team) =>
        `Dit is voor wie het team ${team} leidt, en dat doet nu niemand: de groepen ervoor zijn leeg. Vraag het de beheerder van de koppeling.`,
    },
    ask: (who) => `Je kunt het ${who} vragen.`,
  },

  causes: {
    refused: "Parley weigerde het",
    refusedWith: (reason) => `Parley weigerde het: ${reason}`,
    trouble: (reason) => `Parley heeft een storing: ${reason}`,
    unreachable: "Parley was niet bereikbaar",
    unclear: "Parley gaf geen duidelijk antwoord",
    elsewhere: "een andere Service heeft de gebruiker",
    goingElsewhere: "iemand anders geeft de gebruiker op dit moment aan een andere Service",
    unchanged: "bij Parley is de gebruiker nog waar die was",
  },

  notDone:
    "De koppeling kon dit niet doen. Probeer het zo meteen nog eens; blijft het misgaan, meld het dan bij de beheerder van de koppeling.",

  decided: {
    elsewhere: "Deze knop hoort bij een andere thread. Gebruik hem daar.",
    settled: "Dit is al verstuurd of vervallen.",
    onItsWay: "Onderweg.",
    takingOver:
      "De gebruiker wordt overgenomen; je antwoord wordt verstuurd zodra de nieuwe thread open is.",
    undone: "Niet verstuurd. Schrijf het opnieuw als je zover bent.",
    tooLate: "Te laat: het is al onderweg naar de gebruiker.",
  },

  handBackForm: {
    title: "Teruggeven",
    submit: "Teruggeven",
    close: "Annuleren",
    intro: (user) =>
      `${user} gaat verder bij de Service die je kiest. Antwoorden in deze thread komen niet meer aan.`,
    missing: (count) =>
      count === 1
        ? "Nog 1 Service past hier niet; /parley-owner kent hem."
        : `Nog ${count} Services passen hier niet; /parley-owner kent ze.`,
    destination: "Teruggeven aan",
    note: "Notitie voor de bot",
    notePlaceholder: "Waar ging het over, en wat is er gedaan?",
    noteHint: "Alleen de bot krijgt dit; de gebruiker ziet het niet.",
    messageForUser: "Samenvatting voor de gebruiker",
    messageForUserPlaceholder: "Je geld is onderweg; het duurt drie dagen.",
    messageForUserHint: "De bot krijgt dit, en mag het aan de gebruiker tonen.",
    outcome: "Uitkomst",
    outcomePlaceholder: "Hoe is het afgelopen?",
    tags: "Labels",
    tagsPlaceholder: "terugbetaling, pakket",
    tagsHint: "Voor de bot; met een komma ertussen.",
    tooManyTags: "Hoogstens 10 labels, van elk 40 tekens.",
    lastMessage: "Laatste bericht aan de gebruiker",
    lastMessagePlaceholder: "Wordt voor het teruggeven verstuurd",
    lastMessageHint: "De koppeling stuurt dit nu naar de gebruiker, uit jouw naam.",
    bot: "De bot",
    isOver: "Dit gesprek is afgelopen. Het eerste bericht van de thread zegt waar de gebruiker is.",
    noConversation:
      "Dit bericht hoort niet bij een gesprek met een Parley-gebruiker, dus er is niemand om terug te geven. Kies ‘Hand back’ in het menu van een bericht in de thread van een overdracht.",
    lastMessageIsNote:
      "Dit begint als een notitie onder collega’s en gaat daarom niet naar de gebruiker. Zeg het in andere woorden, of in de notitie voor de bot.",
    serviceUnknown:
      "Parley zei niet op tijd welke Service dit is. Er is niets gedaan; probeer het zo meteen nog eens.",
    answerWaits:
      "Er is een snel antwoord aan deze gebruiker onderweg. Geef zo meteen nog eens terug, zodat dat eerst aankomt.",
    sentAlready: "Dit formulier is al verstuurd; in de thread staat wat ervan geworden is.",
    notStored:
      "De koppeling kon dit niet opslaan. Er is niets gedaan; probeer het zo meteen nog eens.",
  },

  answerForm: {
    title: "Snel antwoord",
    submit: "Versturen",
    close: "Annuleren",
    intro: (user) => `${user} krijgt dit zoals een antwoord van jou in de thread.`,
    choice: "Antwoord",
    choicePlaceholder: "Zoek op naam of trefwoord",
    text: "Bericht aan de gebruiker",
    textHint: "Pas het aan zoals je wilt. Het is Markdown: **vet**, _cursief_, [tekst](https://…).",
    sentBy: (agent) => `${agent} heeft dit met *Snel antwoord…* naar de gebruiker gestuurd`,
    none: "Er zijn geen snelle antwoorden. Wie deze koppeling beheert, kan ze toevoegen (answers in bridge.yaml).",
    empty: "Er staat niets in voor de gebruiker. Kies een antwoord, of schrijf er een.",
    sentAlready: "Dit formulier is al verstuurd; de thread toont het antwoord.",
    tooLate:
      "Je snelle antwoord is niet verstuurd: deze gebruiker heeft deze thread verlaten, of Slack nam het niet aan. Het luidde:",
  },

  declineForm: {
    title: "Niet voor ons",
    submit: "Terugsturen",
    close: "Annuleren",
    intro: (user) =>
      `${user} gaat meteen terug, zonder een woord van jou. Antwoorden in deze thread komen niet meer aan.`,
    destination: "Terug naar",
    reason: "Waarom niet voor dit team?",
    reasonPlaceholder: "Dit hoort bij facturatie; vraag eerst naar het factuurnummer.",
    reasonHint: "De bot en je collega's lezen het, de gebruiker niet.",
    reasonMissing: "Zeg waarom.",
    answered:
      "Een agent heeft deze gebruiker al geantwoord; geef de gebruiker in plaats daarvan terug.",
  },

  moveForm: {
    title: "Verplaatsen",
    submit: "Verplaatsen",
    close: "Annuleren",
    intro: (user, team) =>
      `${user} is bij ${team}. In het kanaal van het team dat je kiest komt een thread, met wat er tot nu toe geschreven is; de gebruiker merkt er niets van. Antwoorden in deze thread bereiken de gebruiker dan niet meer.`,
    destination: "Verplaatsen naar",
    note: "Notitie voor de collega's daar",
    notePlaceholder: "Wat moeten zij weten?",
    onlyOneTeam: "Er is hier maar één team, dus deze gebruiker kan nergens anders heen.",
    noConversation:
      "Dit bericht hoort niet bij een gesprek met een Parley-gebruiker, dus er is niemand te verplaatsen. Gebruik de snelkoppeling op een bericht in de thread van een overdracht.",
    teamGone: "Dat team is er niet meer. Er is niets gedaan; kies een ander team.",
    sentAlready: "Dit formulier was al verstuurd; de thread zegt wat ervan geworden is.",
  },

  leftThread: {
    withLink: (team, link) =>
      `Deze gebruiker is naar ${team} verplaatst. Ga verder in <${link}|de thread daar>.`,
    unlinked: (team) => `Deze gebruiker is naar ${team} verplaatst. Ga verder in de thread daar.`,
  },

  formNotOpened: {
    busy: "Slack heeft het nu druk. Probeer het zo meteen nog eens.",
    noAnswer: "Slack antwoordde niet toen het formulier moest openen. Probeer het nog eens.",
    tooLate: "Slack opende het formulier niet op tijd. Probeer het nog eens.",
    notAllowed: (reason) =>
      `Slack laat deze app geen formulieren openen (${reason}). Opnieuw proberen helpt niet; meld het bij de beheerder van de koppeling. Tot die tijd verplaatst \`/parley-owner\` de gebruiker ook.`,
    refused: (reason) =>
      `Slack weigerde het formulier (${reason}). Opnieuw proberen helpt niet; meld het bij de beheerder van de koppeling. Tot die tijd verplaatst \`/parley-owner\` de gebruiker ook.`,
  },

  serviceChoice: {
    none: (wanted, services) => `Er is geen Service ${wanted}. Services: ${services}.`,
    many: (wanted, services) => `Veel Services lijken op ${wanted}. Services: ${services}.`,
    wasItThis: (wanted, user) =>
      `Geen Service heet ${wanted}, dus er is niets veranderd. Was deze bedoeld voor ${user}?`,
    whichOne: (wanted, user) =>
      `Geen Service heet ${wanted}, dus er is niets veranderd. Welke was bedoeld voor ${user}?`,
    quoted: (text) => `“${text}”`,
  },

  ownerCommand: {
    help: `*/parley-owner* toont en verandert bij welke Service een gebruiker is.
• \`/parley-owner\` of \`/parley-owner list\` toont de open gesprekken, met bovenaan wie het langst wacht
• \`/parley-owner &lt;gebruiker&gt;\` toont wie de gebruiker nu heeft
• \`/parley-owner &lt;gebruiker&gt; &lt;service&gt;\` geeft de gebruiker aan een Service, met de hele naam of het id
• \`/parley-owner &lt;gebruiker&gt; take\` en \`… release\` zeggen dat jij de gebruiker antwoordt, of niemand; \`… assign &lt;agent&gt;\` geeft de gebruiker aan een collega, met de naam of het lid-ID
• \`/parley-owner &lt;gebruiker&gt; move &lt;team&gt;\` verplaatst de gebruiker naar een ander team van ons
• \`/parley-owner &lt;gebruiker&gt; decline &lt;reden&gt;\` stuurt een gebruiker die nog niemand heeft geantwoord meteen terug
• \`/parley-owner services\` toont de Services
\`&lt;gebruiker&gt;\` is het id van een Parley-gebruiker, een klantnummer, of de link van een thread; met \`user:…\` en \`customer:…\` zeg je welk nummer je bedoelt. In threads werkt het niet: Slack staat daar geen opdrachten toe.`,
    slow: "Parley is nu traag. Het antwoord komt hier zodra het er is.",
    noServices: "Parley noemt geen Services voor dit account.",
    standard: "standaard",
    thisBridge: "deze koppeling",
    openThread: "open thread",
    ownerUnknown: (user) => `Parley zei niet wie ${user} heeft.`,
    isWith: (user, service) => `${user} is bij ${service}`,
    already: (user, service) => `${user} is al bij ${service}.`,
    given: (user, service) => `${user} is nu bij ${service}.`,
    taken: (user, service) =>
      `${user} is nu bij ${service}. In het supportkanaal opent een thread.`,
    declining: (user) => `Gehoord: de thread van ${user} zegt zo of dat gelukt is.`,
    claiming: (user) =>
      `Gehoord: de thread van ${user} zegt zo wie nu antwoordt, of wie sneller was.`,
    nobodyCalled: (whom, team) =>
      `Niemand van ${team} heet ${whom}, of meer dan één. Er is niets veranderd. Schrijf in plaats daarvan het lid-ID: dat staat in Slack in het profiel, bij *Lid-ID kopiëren*.`,
    moving: (user, team) =>
      `${user} gaat naar ${team}: daar komt zo een thread, en de huidige thread zegt waar.`,
    overtaken: (user, service) =>
      `${user} ging niet naar ${service}: iemand anders was sneller, en geeft de gebruiker nu weg of heeft dat net gedaan.`,
    problems: {
      "no-id":
        "Dat is geen id: dat heeft hoogstens 200 tekens, geen stuurtekens, en is geen pad van punten.",
      "no-thread": "Die link is geen thread van een Parley-gesprek.",
      "no-message-link":
        "Die link is geen bericht in Slack. Kopieer de link van het eerste bericht van een thread.",
      "service-gone": "Deze Service is er niet meer. Er is niets veranderd.",
      "unknown-customer": (id) => `Er is hier geen gesprek met klantnummer ${id} bekend.`,
      ambiguous: (id) =>
        `${id} kan een Parley-gebruiker of een klantnummer zijn. Schrijf \`user:${id}\` of \`customer:${id}\`.`,
    },
    failures: {
      refusedAltogether:
        "Parley weigert de koppeling helemaal. Meld het bij de beheerder van de koppeling.",
      refused: (reason) => `Parley kent deze gebruiker niet, of weigert de wijziging (${reason}).`,
      notStored:
        "De koppeling kon dit niet opslaan. Er is niets veranderd; probeer het zo meteen nog eens.",
      unreachable:
        "Parley is nu niet bereikbaar. Voor zover wij weten is er niets veranderd; probeer het zo meteen nog eens.",
    },
  },

  moveProblems: {
    "not-open": "Deze gebruiker heeft geen open gesprek met ons, dus er is niets te verplaatsen.",
    "not-ready": "De thread van dit gesprek is nog niet open. Probeer het zo meteen nog eens.",
    "one-team": "Er is hier maar één team, dus deze gebruiker kan nergens anders heen.",
    "team-gone": "Dat team is er niet meer. Er is niets veranderd.",
    "with-team": (team) => `Deze gebruiker is al bij ${team}.`,
  },

  teamChoice: {
    none: (wanted, teams) => `Er is geen team ${wanted}. Teams: ${teams}.`,
    wasItThis: (wanted, user) =>
      `Geen team heet ${wanted}, dus er is niets veranderd. Was dit team bedoeld voor ${user}?`,
    whichOne: (wanted, user) =>
      `Geen team heet ${wanted}, dus er is niets veranderd. Welk team was bedoeld voor ${user}?`,
  },

  liveTest: {
    started: (who) =>
      `*Een test*${who === undefined ? "" : `, gestart voor ${who}`}: achter deze thread zit geen gebruiker, niets eruit gaat naar iemand, en niemand hoeft iets te doen.`,
    answer: "Hier zouden medewerkers antwoorden. Niemand krijgt dit.",
    handedBack: "*Een test*, teruggegeven: hij is voorbij, en niemand hoeft iets te doen.",
    over: (who) => `Teruggegeven: de test is voorbij${who === undefined ? "" : `, ${who}`}.`,
  },

  typing: "gebruiker is aan het typen…",
  erased: "Op verzoek gewist.",
  astray:
    "_Dit hoorde thuis in een thread die er niet meer is; het gesprek gaat verder in een andere._",
};

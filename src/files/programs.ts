/** Endings of files that run something when somebody opens them. Source: what mail services refuse. */
export const PROGRAM_ENDINGS: readonly string[] =
  "ade adp apk app application appimage appref-ms appx appxbundle bat cab chm cmd com command cpl deb desktop diagcab diagcfg diagpkg dll dmg ex ex_ exe gadget hta img inf ins iso isp jar jnlp js jse lib library-ms lnk mde mjs msc msi msix msixbundle msp mst msu nsh pif pkg ps1 psm1 reg rpm run scf scr sct search-ms settingcontent-ms sh shb sys terminal tool url vb vbe vbs vhd vhdx vxd workflow wsb wsc wsf wsh xbap xll".split(
    " ",
  );

const ENDINGS: ReadonlySet<string> = new Set(PROGRAM_ENDINGS);

/** Types of programs, without the part before the `/`, which is mostly `application`. */
const TYPES: ReadonlySet<string> = new Set([
  "hta",
  "java-archive",
  "java-vm",
  "javascript",
  "vnd.android.package-archive",
  "vnd.debian.binary-package",
  "vnd.microsoft.portable-executable",
  "x-apple-diskimage",
  "x-bat",
  "x-dosexec",
  "x-elf",
  "x-executable",
  "x-javascript",
  "x-mach-binary",
  "x-ms-shortcut",
  "x-msdos-program",
  "x-msdownload",
  "x-msi",
  "x-powershell",
  "x-rpm",
  "x-sh",
  "x-sharedlib",
  "x-shellscript",
  "x.ms.shortcut",
]);

/** Whether a name's ending or a type says that a file is a program. Windows ignores dots and spaces at the end of a name. */
export const isProgram = (name: string, type = ""): boolean =>
  ENDINGS.has(/\.([^.\s]+)[.\s]*$/.exec(name)?.[1]?.toLowerCase() ?? "") ||
  TYPES.has(
    type
      .split(";", 1)[0]
      ?.trim()
      .toLowerCase()
      .replace(/^[^/]*\//, "") ?? "",
  );

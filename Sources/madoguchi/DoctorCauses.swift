/// Everything that `doctor` can find: one table holds its words in both languages and what mends it.
enum Cause: String, CaseIterable {
    case pcscdStopped, pcscdSocketRefused, pcscdSocketOpen, polkitDenied, pcscRefused
    case pcscdLogsAPDUs, noReader, readerNotServed, cardRefused
    case configuration, files, keyFile, certificateExpired, certificateEnding
    case clockNotKept, clockOff, swapOn, fontMissing
    case folderNotWritable, diskFull, diskFilling, checkIns, historyKey, history
    case daemonStopped, clearinghouseUnreachable, clearinghouseRefuses, notTheClearinghouse
    case clearinghouseProblem

    /// What is wrong, and the command that mends it; in Japanese and in English.
    struct Words {
        let japanese: String
        let english: String
        let nextJapanese: String
        let nextEnglish: String

        fileprivate init(_ japanese: String, _ english: String, next: (String, String)) {
            (self.japanese, self.english) = (japanese, english)
            (nextJapanese, nextEnglish) = next
        }
    }

    var words: Words {
        switch self {
        case .pcscdStopped, .pcscdSocketRefused, .pcscdSocketOpen, .polkitDenied, .pcscRefused,
            .pcscdLogsAPDUs, .noReader, .readerNotServed, .cardRefused:
            readerWords
        case .configuration, .files, .keyFile, .certificateExpired, .certificateEnding,
            .clockNotKept, .clockOff, .swapOn, .fontMissing:
            machineWords
        case .folderNotWritable, .diskFull, .diskFilling, .checkIns, .historyKey, .history,
            .daemonStopped, .clearinghouseUnreachable, .clearinghouseRefuses,
            .notTheClearinghouse, .clearinghouseProblem:
            serviceWords
        }
    }

    private var readerWords: Words {
        switch self {
        case .pcscdStopped:
            Words(
                "カードリーダーのサービス（pcscd）が動いていません。", "pcscd is not running",
                next: (
                    "起動してください：sudo systemctl start pcscd.socket",
                    "Start it: systemctl start pcscd.socket, or pcscd as root."
                ))
        case .pcscdSocketRefused:
            Words(
                "このユーザーは pcscd のソケットを開けません。",
                "this user may not open pcscd's socket",
                next: (
                    "ソケットのグループに加えてください：ls -l /run/pcscd/pcscd.comm でグループを見て、"
                        + "sudo usermod -aG グループ ユーザー",
                    "Put this user into the socket's group: ls -l /run/pcscd/pcscd.comm names it, "
                        + "then sudo usermod -aG GROUP USER."
                ))
        case .pcscdSocketOpen:
            Words(
                "この端末のどのユーザーもカードリーダーを使えます。",
                "every user of this machine may talk to the reader",
                next: (
                    "絞ってください：sudo systemctl edit pcscd.socket で [Socket] の下に "
                        + "SocketMode=0660、SocketGroup= を書き、sudo systemctl restart pcscd.socket",
                    "Narrow it: sudo systemctl edit pcscd.socket, below [Socket] SocketMode=0660 "
                        + "and SocketGroup=, then sudo systemctl restart pcscd.socket."
                ))
        case .polkitDenied:
            Words(
                "pcscd がこのユーザーを断っています（polkit）。",
                "pcscd turns this user away (polkit)",
                next: (
                    "polkit の規則で許可してください（org.debian.pcsc-lite.access_pcsc と "
                        + "access_card）：/etc/polkit-1/rules.d/",
                    "Allow this user in polkit (org.debian.pcsc-lite.access_pcsc and access_card): "
                        + "a rule in /etc/polkit-1/rules.d/."
                ))
        case .pcscRefused:
            Words(
                "カードリーダーのサービスが応じません。", "PC/SC refuses",
                next: (
                    "記録を見てください：journalctl -u pcscd -n 50",
                    "Read its log: journalctl -u pcscd -n 50."
                ))
        case .pcscdLogsAPDUs:
            Words(
                "pcscd がカードとのやり取りを記録しています。暗証番号も記録に残ります。",
                "pcscd writes what passes between reader and card to a log, PINs with it",
                next: (
                    "sudo systemctl edit pcscd か /etc/default/pcscd から --apdu（-a）を外し、"
                        + "sudo systemctl restart pcscd。残った記録は消してください。",
                    "Take --apdu (-a) out of its unit or /etc/default/pcscd, then sudo systemctl "
                        + "restart pcscd; destroy the log that it wrote."
                ))
        case .noReader:
            Words(
                "pcscd は動いていますが、カードリーダーがありません。",
                "pcscd runs, but sees no reader",
                next: (
                    "リーダーをつないでください。シミュレーションなら：sudo apt install vsmartcard-vpcd",
                    "Connect a reader; for the simulation install vsmartcard-vpcd."
                ))
        case .readerNotServed:
            Words(
                "サービスは動いていますが、設定のリーダーがありません。",
                "runs, but serves no reader",
                next: (
                    "設定の reader を、madoguchi readers が示す名前に直してください。",
                    "Check `reader` in the configuration: madoguchi readers lists the names."
                ))
        default:
            Words(
                "リーダーの上のカードは使えません。", "the card on the reader cannot be used",
                next: ("カードを確かめてください。", "Look at the card."))
        }
    }

    private var machineWords: Words {
        switch self {
        case .configuration:
            Words(
                "設定ファイルを読めません。", "the configuration cannot be read",
                next: ("示された行を直してください。", "Correct the line that is named."))
        case .files:
            Words(
                "サービスがファイルのどれかを受け付けません。",
                "the service does not start with one of its files",
                next: (
                    "直してから、もう一度：madoguchid --check",
                    "Mend that, then look again: madoguchid --check."
                ))
        case .keyFile:
            Words(
                "鍵か証明書を読めません。", "a key or certificate cannot be read",
                next: (
                    "示されたファイルを置いてください。", "Put the key or certificate in place."
                ))
        case .certificateExpired:
            Words(
                "端末の証明書の期限が切れています。", "a certificate of this terminal has expired",
                next: (
                    "新しい証明書をその場所に置き、サービスを再起動してください："
                        + "sudo systemctl restart madoguchid",
                    "Put the renewed one in its place, then sudo systemctl restart madoguchid."
                ))
        case .certificateEnding:
            Words(
                "端末の証明書の期限が近づいています。",
                "a certificate of this terminal ends within 30 days",
                next: (
                    "更新を申し込み、届いたら同じ場所に置いて：sudo systemctl restart madoguchid",
                    "Have it renewed, put it in its place, then sudo systemctl restart madoguchid."
                ))
        case .clockNotKept:
            Words(
                "時計が時刻サーバーに合わせられていません。", "not kept by a time service",
                next: (
                    "時刻合わせを動かしてください：sudo systemctl enable --now systemd-timesyncd",
                    "Run a time service (systemd-timesyncd, chrony)."
                ))
        case .clockOff:
            Words(
                "この端末の時計がずれています。", "this machine's clock is off",
                next: (
                    "合わせてください：sudo systemctl restart systemd-timesyncd",
                    "Set the clock; run a time service."
                ))
        case .swapOn:
            Words(
                "スワップが暗号化されずに使われています。患者の情報が媒体に残りえます。",
                "swap lies in clear on a disk: what patients are shown may come to lie there",
                next: (
                    "止めてください：sudo swapoff -a。/etc/fstab からも外すか、暗号化してください。",
                    "Turn it off: sudo swapoff -a, and take it out of /etc/fstab or encrypt it."
                ))
        default:
            Words(
                "書類のフォントがありません。紙の様式を作れません。",
                "a font is missing: no paper can be made",
                next: (
                    "入れてください：sudo apt install fonts-ipaexfont-gothic fonts-vlgothic",
                    "Install it: sudo apt install fonts-ipaexfont-gothic fonts-vlgothic."
                ))
        }
    }

    private var serviceWords: Words {
        switch self {
        case .folderNotWritable:
            Words(
                "フォルダーに書き込めません。", "a folder may not be written",
                next: (
                    "書き込めるようにマウントするか、サービスのユーザーのものにしてください：sudo chown",
                    "Mount it writable, or give it to the user that the daemon runs as."
                ))
        case .diskFull:
            Words(
                "ディスクに空きがありません。", "the disk is full",
                next: (
                    "空きを作ってください。閲覧記録が閉じた後は：sudo systemctl restart madoguchid",
                    "Make room. Check-ins are then kept by themselves; after a closed history, "
                        + "restart the daemon."
                ))
        case .diskFilling:
            Words(
                "ディスクが一杯になりつつあります。", "the disk fills up",
                next: (
                    "空きを作るか、古い月の記録を終わらせてください：madoguchi history expire",
                    "Make room, or let old months expire soon."
                ))
        case .checkIns:
            Words(
                "保存した受付のどれかを読めません。", "a kept check-in cannot be read",
                next: ("示されたとおりにしてください。", "Do as it is told there."))
        case .historyKey:
            Words(
                "閲覧記録の鍵がありません。", "the key of the access history is missing",
                next: (
                    "historyKeyFile の鍵を戻してください。鍵がなければ何も開けません。",
                    "Put the key of historyKeyFile in place: without it nothing opens."
                ))
        case .history:
            Words(
                "閲覧記録に矛盾があります。", "the access history does not fit together",
                next: (
                    "フォルダーはそのまま残し、写しを隣に戻してください：madoguchi history verify",
                    "Keep the folder as it is and restore a copy beside it."
                ))
        case .daemonStopped:
            Words(
                "端末のサービス（madoguchid）が応じません。", "madoguchid does not answer",
                next: (
                    "起動してください：sudo systemctl start madoguchid（シミュレーションなら make up）",
                    "Start it: systemctl start madoguchid; for the simulation make up."
                ))
        case .clearinghouseUnreachable:
            Words(
                "クリアリングハウスに届きません。", "the clearinghouse cannot be reached",
                next: (
                    "動いているか、回線を確かめてください。シミュレーションなら：make up",
                    "Is it running? For the simulation: make up."
                ))
        case .clearinghouseRefuses:
            Words(
                "クリアリングハウスとの安全な接続ができません。",
                "the secure connection to the clearinghouse is refused",
                next: (
                    "時計、authorityFile、identity を確かめてください。互いに信頼する必要があります。",
                    "Check clock, authorityFile and identity; both sides must trust each other."
                ))
        case .notTheClearinghouse:
            Words(
                "応じた相手はクリアリングハウスではありません。",
                "what answers is not the clearinghouse",
                next: (
                    "設定の host、port、answerKeyFile を確かめてください。",
                    "Check host, port and answerKeyFile in the configuration."
                ))
        default:
            Words(
                "クリアリングハウスが求めを断りました。", "the clearinghouse refuses",
                next: ("示されたとおりにしてください。", "Do as it is told there."))
        }
    }
}

# Completions of madoguchi(1) for bash; made by generate.py.
_madoguchi() {
    local current=${COMP_WORDS[COMP_CWORD]} words=""
    if [ "$COMP_CWORD" = 1 ]; then
        COMPREPLY=($(compgen -W "check-in check-ins checkups close consent doctor document drugs end-pause history identity init key portal program qualification readers staff status withdraw --help --version" -- "$current"))
        return
    fi
    local command=${COMP_WORDS[1]} both="${COMP_WORDS[1]} ${COMP_WORDS[2]}"
    if [[ $current != -* ]] && [ "$COMP_CWORD" = 2 ]; then
        case $command in
        consent) words="verify" ;;
        document) words="verify FILE notebook fhir drugs checkup elderly-checkup expenses notice history slip declaration" ;;
        history) words="list statistics review verify receipt export tiles DIR export csv FILE export fhir FILE export postgres FILE export syslog FILE feed reconcile JOURNAL expire erase new-origin rotate-key wrapping-key escrow CERTIFICATE FILE open-escrow KEYS FOLDER FILE key" ;;
        key) words="rotate NAME" ;;
        portal) words="qualification drugs checkups expenses disclosures" ;;
        program) words="list add NAME revoke NAME" ;;
        staff) words="list add ID remove ID" ;;
        esac
        [ -n "$words" ] && COMPREPLY=($(compgen -W "$words" -- "$current")) && return
    fi
    for command in "$both" "$command"; do
        case $command in
        "status") words="--state --config --staff-token --json --help" ;;
        "check-in") words="--pin-file --pin-pad --reader --spend-last-try --visual-check --face --entered-by --consent --wait --state --config --staff-token --json --help" ;;
        "check-ins") words="--state --config --staff-token --json --help" ;;
        "qualification") words="--check-in --state --config --staff-token --json --help" ;;
        "identity") words="--check-in --same --state --config --staff-token --json --help" ;;
        "drugs") words="--check-in --state --config --staff-token --json --help" ;;
        "checkups") words="--check-in --state --config --staff-token --json --help" ;;
        "withdraw") words="--check-in --state --config --staff-token --json --help" ;;
        "close") words="--check-in --state --config --staff-token --json --help" ;;
        "portal qualification") words="--pin-file --pin-pad --reader --spend-last-try --state --config --staff-token --json --help" ;;
        "portal drugs") words="--pin-file --pin-pad --reader --spend-last-try --from --to --state --config --staff-token --json --help" ;;
        "portal checkups") words="--pin-file --pin-pad --reader --spend-last-try --state --config --staff-token --json --help" ;;
        "portal expenses") words="--pin-file --pin-pad --reader --spend-last-try --from --to --state --config --staff-token --json --help" ;;
        "portal disclosures") words="--pin-file --pin-pad --reader --spend-last-try --state --config --staff-token --json --help" ;;
        "history list") words="--patient --item --actor --from --to --until --limit --state --config --staff-token --json --help" ;;
        "history statistics") words="--patient --item --actor --from --to --until --state --config --staff-token --json --help" ;;
        "history review") words="--from --to --sign-off --remark --state --config --staff-token --json --help" ;;
        "history verify") words="--without-keys --checkpoint --receipt --state --config --staff-token --json --help" ;;
        "history receipt") words="--index -o, --state --config --staff-token --json --help" ;;
        "history export tiles DIR") words="--state --config --staff-token --json --help" ;;
        "history export csv FILE") words="--from-entry --if-new --state --config --staff-token --json --help" ;;
        "history export fhir FILE") words="--from-entry --if-new --state --config --staff-token --json --help" ;;
        "history export postgres FILE") words="--from-entry --if-new --state --config --staff-token --json --help" ;;
        "history export syslog FILE") words="--from-entry --if-new --state --config --staff-token --json --help" ;;
        "history feed") words="--check --again --state --config --staff-token --json --help" ;;
        "history reconcile JOURNAL") words="--state --config --staff-token --json --help" ;;
        "history expire") words="--before --state --config --staff-token --json --help" ;;
        "history erase") words="--patient --why --despite-retention --state --config --staff-token --json --help" ;;
        "history new-origin") words="--state --config --staff-token --json --help" ;;
        "history rotate-key") words="--state --config --staff-token --json --help" ;;
        "history wrapping-key") words="--file --finish --state --config --staff-token --json --help" ;;
        "history escrow CERTIFICATE FILE") words="--state --config --staff-token --json --help" ;;
        "history open-escrow KEYS FOLDER FILE") words="--state --config --staff-token --json --help" ;;
        "history key") words="--state --config --staff-token --json --help" ;;
        "consent verify") words="--index --state --config --staff-token --json --help" ;;
        "readers") words="--state --config --staff-token --json --help" ;;
        "end-pause") words="--reader --state --config --staff-token --json --help" ;;
        "staff list") words="--state --config --staff-token --json --help" ;;
        "staff add ID") words="--role --visual-check --second-factor --no-second-factor --password-file --state --config --staff-token --json --help" ;;
        "staff remove ID") words="--state --config --staff-token --json --help" ;;
        "program list") words="--state --config --staff-token --json --help" ;;
        "program add NAME") words="--may --until --from --token-file --state --config --staff-token --json --help" ;;
        "program revoke NAME") words="--state --config --staff-token --json --help" ;;
        "doctor") words="--state --config --staff-token --json --help" ;;
        "init") words="--institution --terminal --port --kiosk-port --desk-port --tls-key --tls-certificate --statement-key --history-key --state --config --staff-token --json --help" ;;
        "key rotate NAME") words="--import --finish --certificate --file --state --config --staff-token --json --help" ;;
        "document verify FILE") words="--signature --signer --state --config --staff-token --json --help" ;;
        "document notebook") words="-o, --check-in --portal --pin-file --pin-pad --reader --spend-last-try --from --to --edition --no-name --state --config --staff-token --json --help" ;;
        "document fhir") words="-o, --check-in --portal --pin-file --pin-pad --reader --spend-last-try --from --to --state --config --staff-token --json --help" ;;
        "document drugs") words="-o, --check-in --portal --pin-file --pin-pad --reader --spend-last-try --from --to --large --fonts --state --config --staff-token --json --help" ;;
        "document checkup") words="-o, --check-in --portal --pin-file --pin-pad --reader --spend-last-try --from --to --large --fonts --state --config --staff-token --json --help" ;;
        "document elderly-checkup") words="-o, --check-in --portal --pin-file --pin-pad --reader --spend-last-try --from --to --large --fonts --state --config --staff-token --json --help" ;;
        "document expenses") words="-o, --portal --pin-file --pin-pad --reader --spend-last-try --from --to --large --fonts --state --config --staff-token --json --help" ;;
        "document notice") words="-o, --portal --pin-file --pin-pad --reader --spend-last-try --from --to --year --state --config --staff-token --json --help" ;;
        "document history") words="-o, --check-in --portal --pin-file --pin-pad --reader --spend-last-try --from --to --large --fonts --state --config --staff-token --json --help" ;;
        "document slip") words="-o, --check-in --large --fonts --state --config --staff-token --json --help" ;;
        "document declaration") words="-o, --large --fonts --state --config --staff-token --json --help" ;;
        *) continue ;;
        esac
        break
    done
    if [[ $current = -* ]]; then
        COMPREPLY=($(compgen -W "$words" -- "$current"))
    else
        COMPREPLY=($(compgen -f -- "$current"))
    fi
}
complete -o filenames -F _madoguchi madoguchi

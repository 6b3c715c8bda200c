#!/usr/bin/env python3
"""Man page and completions of the commands, from what their --help says: generate.py PROGRAM"""
import os
import re
import subprocess
import sys

program = sys.argv[1]
here = os.path.dirname(os.path.abspath(__file__))


def help_of(*words):
    return subprocess.run([program, *words, "--help"], capture_output=True, text=True,
                          timeout=20).stdout


def rows(text, title):
    """(what, words) of a block of a help text."""
    match = re.search(rf"^{title}:\n((?:  .*\n)+)", text, re.M)
    found = []
    for line in match.group(1).splitlines() if match else []:
        if line.startswith("   ") and found:
            found[-1][1] += " " + line.strip()
            continue
        what, _, words = line.strip().partition("  ")
        found.append([what, words.strip()])
    return found


def roff(text):
    return text.replace("\\", "\\e").replace("-", "\\-")


whole = help_of()
commands = rows(whole, "Commands")
everywhere = rows(whole, "Options of every command")
pages, bash, zsh = [], [], []
for name, summary in commands:
    text = help_of(*name.split())
    options = rows(text, "Options")
    usage = re.search(r"^Usage: (.*)$", text, re.M)
    pages.append(f".SS {roff(usage.group(1) if usage else name)}\n{roff(summary)}.")
    for option, words in options:
        pages.append(f".TP\n.B {roff(option)}\n{roff(words)}")
    flags = " ".join(o.split()[0] for o, _ in options)
    bash.append(f'        "{name}") words="{flags} --help" ;;')
    quoted = summary.replace("'", "’").replace(":", "\\:")
    zsh.append(f"        '{name}:{quoted}'")
names = sorted({name.split()[0] for name, _ in commands})
with open(os.path.join(here, "../../Documentation/man/madoguchi.1"), "w") as page:
    page.write('.TH MADOGUCHI 1 2026-11-23 Madoguchi "User commands"\n.SH NAME\n'
               "madoguchi \\- the terminal's commands\n.SH SYNOPSIS\n.B madoguchi\n"
               ".I COMMAND\n.RI [ OPTIONS ]\n.SH COMMANDS\n" + "\n".join(pages)
               + "\n.SH EXIT STATUS\n0 ok, 1 negative answer, 2 usage, 3 reader, 4 card, "
               "5 clearinghouse, 6 history.\n.SH SEE ALSO\n.BR madoguchid (8)\n")
seconds = {}
for name, _ in commands:
    first, _, second = name.partition(" ")
    if second:
        seconds.setdefault(first, []).append(second)
subs = "\n".join(f'        {k}) words="{" ".join(v)}" ;;' for k, v in sorted(seconds.items()))
with open(os.path.join(here, "madoguchi.bash"), "w") as out:
    out.write(f"""# Completions of madoguchi(1) for bash; made by generate.py.
_madoguchi() {{
    local current=${{COMP_WORDS[COMP_CWORD]}} words=""
    if [ "$COMP_CWORD" = 1 ]; then
        COMPREPLY=($(compgen -W "{" ".join(names)} --help --version" -- "$current"))
        return
    fi
    local command=${{COMP_WORDS[1]}} both="${{COMP_WORDS[1]}} ${{COMP_WORDS[2]}}"
    if [[ $current != -* ]] && [ "$COMP_CWORD" = 2 ]; then
        case $command in
{subs}
        esac
        [ -n "$words" ] && COMPREPLY=($(compgen -W "$words" -- "$current")) && return
    fi
    for command in "$both" "$command"; do
        case $command in
{chr(10).join(bash)}
        *) continue ;;
        esac
        break
    done
    if [[ $current = -* ]]; then
        COMPREPLY=($(compgen -W "$words" -- "$current"))
    else
        COMPREPLY=($(compgen -f -- "$current"))
    fi
}}
complete -o filenames -F _madoguchi madoguchi
""")
with open(os.path.join(here, "_madoguchi"), "w") as out:
    out.write(f"""#compdef madoguchi
# Completions of madoguchi(1) for zsh; made by generate.py.
local -a commands
commands=(
{chr(10).join(zsh)}
)
if (( CURRENT == 2 )); then
    _describe command commands
else
    local text
    text=$(madoguchi ${{words[2,CURRENT-1]:#-*}} --help 2>/dev/null)
    local -a options
    options=(${{(f)"$(print -r -- $text | sed -n 's/^  \\(--[a-z-]*\\).*/\\1/p')"}})
    [[ ${{words[CURRENT]}} == -* ]] && compadd -- $options || _files
fi
""")

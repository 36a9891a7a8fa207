# Completion of user_sessions_exporter for fish. Commands, flags and their values are taken from the program's
# own --help, so they are always those of the installed version.

function __user_sessions_exporter_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l program $words[1]
    set -l help ($program --help 2>/dev/null); or return
    set -l commands (string match -rg '\[OPTIONS\] (\S+)' -- $help | string split '|')
    set -l command
    for word in $words[2..]
        contains -- $word $commands; and set command $word
    end
    test -n "$command"; and set help ($program $command --help 2>/dev/null)

    set -l flag ''
    set -l prefix ''
    if string match -qr '^-.*=' -- $current
        set flag (string replace -r '=.*' '' -- $current)
        set prefix "$flag="
    else if string match -qr '^-[^=]*$' -- $words[-1]
        set flag $words[-1]
    end
    # The program takes one dash as it does two.
    set flag (string replace -r '^--?' '' -- $flag)

    set -l value
    if test -n "$flag"
        set value (string match -rg " --"(string escape --style=regex -- $flag)"=<([^>]*)>" -- $help)
    end
    if test -n "$value"
        if string match -q '*|*' -- $value
            printf '%s\n' $prefix(string split '|' -- $value)
        else if test "$value" = path
            __fish_complete_path (string replace -- "$prefix" '' $current) | string replace -r -- '^' "$prefix"
        end
    else if string match -q -- '-*' $current
        set -l flags (string match -rg '^ +(?:-h, )?(--[a-z][a-z.-]*=?)(?:<[^>]*>)? +(.*)' -- $help)
        for i in (seq 1 2 (count $flags))
            set -l name $flags[$i]
            string match -q -- '--*' $current; or set name (string replace -- '--' '-' $name)
            printf '%s\t%s\n' $name $flags[(math $i + 1)]
        end
    else if test -z "$command"
        printf '%s\n' $commands
    end
end

complete -c user_sessions_exporter -f -a '(__user_sessions_exporter_complete)'

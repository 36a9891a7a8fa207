# Completion of user_sessions_exporter for bash. Commands, flags and their values are taken from the
# program's own --help, so they are always those of the installed version.

_user_sessions_exporter() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} flag='' command='' help word

  # bash splits words at "=": "--log.level=de" is three of them.
  if [[ $cur == = ]]; then
    flag=$prev cur=''
  elif [[ $prev == = ]]; then
    flag=${COMP_WORDS[COMP_CWORD - 2]}
  elif [[ $prev == -* ]]; then
    flag=$prev
  fi
  # The program takes one dash as it does two.
  flag=${flag#-}
  flag=${flag#-}

  help=$("$1" --help 2>/dev/null) || return
  local commands=${help#*"[OPTIONS] "}
  commands=${commands%%$'\n'*}
  commands=${commands//|/ }
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    [[ " $commands " == *" $word "* ]] && command=$word
  done
  [[ $command ]] && help=$("$1" "$command" --help 2>/dev/null)

  local value=${help#*" --$flag=<"}
  if [[ $flag && $value != "$help" ]]; then
    value=${value%%>*}
    if [[ $value == *'|'* ]]; then
      mapfile -t COMPREPLY < <(compgen -W "${value//|/ }" -- "$cur")
    elif [[ $value == path ]]; then
      compopt -o filenames
      mapfile -t COMPREPLY < <(compgen -f -- "$cur")
    fi
  elif [[ $cur == -* ]]; then
    local bare=${cur#-}
    mapfile -t COMPREPLY < <(compgen -W "$(grep -oE -- '--[a-z][a-z.-]*=?' <<<"$help" | sort -u)" -- "--${bare#-}")
    [[ ${COMPREPLY[*]} == *= ]] && compopt -o nospace
  elif [[ ! $command ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$cur")
  fi
}

complete -F _user_sessions_exporter user_sessions_exporter

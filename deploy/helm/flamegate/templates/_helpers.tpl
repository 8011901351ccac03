{{- define "flamegate.fullname" -}}
{{- if contains "flamegate" .Release.Name }}{{ .Release.Name | trunc 52 | trimSuffix "-" }}{{ else }}{{ printf "%s-flamegate" .Release.Name | trunc 52 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "flamegate.selector" -}}
app.kubernetes.io/name: flamegate
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "flamegate.labels" -}}
{{ include "flamegate.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- define "flamegate.isAlloy" -}}
{{- if or .Values.alloy.content .Values.alloy.existingConfigMap }}yes{{ end }}
{{- end }}

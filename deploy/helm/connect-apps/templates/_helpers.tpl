{{/* The name of the release's objects. */}}
{{- define "connect-apps.name" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{ .Release.Name }}
{{- else -}}
{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 53 | trimSuffix "-" }}
{{- end -}}
{{- end }}

{{/* What selects all pods of the release. */}}
{{- define "connect-apps.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* What selects its servers. */}}
{{- define "connect-apps.servers" -}}
{{ include "connect-apps.selector" . }}
app.kubernetes.io/component: server
{{- end }}

{{- define "connect-apps.labels" -}}
{{ include "connect-apps.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{/* What a pod has besides its containers. */}}
{{- define "connect-apps.pod" -}}
# Or a Service named connect-apps would add CONNECT_APPS_PORT to every pod.
enableServiceLinks: false
automountServiceAccountToken: false
{{- with .Values.serviceAccountName }}
serviceAccountName: {{ . }}
{{- end }}
{{- with .Values.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 65532
  runAsGroup: 65532
  fsGroup: 65532
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile:
    type: RuntimeDefault
volumes:
  - name: tmp
    emptyDir:
      sizeLimit: 1Gi
{{- if eq .Values.database "sqlite" }}
  - name: data
    persistentVolumeClaim:
      claimName: {{ .Values.persistence.existingClaim | default (include "connect-apps.name" .) }}
{{- end }}
{{- with .Values.extraVolumes }}
{{ toYaml . | indent 2 }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* What every container has: the image, the settings and nothing that it does not need. */}}
{{- define "connect-apps.container" -}}
image: {{ printf "%s:%s" .Values.image.repository (.Values.image.tag | default .Chart.AppVersion) }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
envFrom:
  - secretRef:
      name: {{ .Values.secretName }}
env:
{{- if eq .Values.database "sqlite" }}
  # A folder of its own in the volume, whose root belongs to root and may have a lost+found.
  - name: CONNECT_APPS_DATA_DIR
    value: /data/connect-apps
  - name: CONNECT_APPS_DATABASE_URL
    value: sqlite:/data/connect-apps/connect-apps.db
{{- else }}
  - name: CONNECT_APPS_DATABASE_URL
    valueFrom:
      secretKeyRef:
        name: {{ .Values.secretName }}
        key: CONNECT_APPS_DATABASE_URL
{{- end }}
  - name: CONNECT_APPS_DRAIN_SECONDS
    value: {{ .Values.drainSeconds | quote }}
{{- if .Values.metrics.enabled }}
  - name: CONNECT_APPS_METRICS_PORT
    value: {{ .Values.metrics.port | quote }}
{{- end }}
{{- if .Values.gateway.enabled }}
  - name: CONNECT_APPS_GATEWAY_PORT
    value: {{ .Values.gateway.port | quote }}
  - name: CONNECT_APPS_GATEWAY_HOST
    value: {{ .Values.settings.HOST | default "0.0.0.0" | quote }}
{{- end }}
{{- range $name, $value := .Values.settings }}
  - name: CONNECT_APPS_{{ $name }}
    value: {{ ternary $value (toJson $value) (kindIs "string" $value) | quote }}
{{- end }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
volumeMounts:
  - name: tmp
    mountPath: /tmp
{{- if eq .Values.database "sqlite" }}
  - name: data
    mountPath: /data
{{- end }}
{{- with .Values.extraVolumeMounts }}
{{ toYaml . | indent 2 }}
{{- end }}
resources: {{- toYaml .Values.resources | nindent 2 }}
{{- end }}

{{/* Refuses values that contradict each other. */}}
{{- define "connect-apps.check" -}}
{{- if eq .Values.database "sqlite" }}
{{- if gt (int .Values.replicas) 1 }}
{{- fail (printf "replicas is %d, but SQLite has one server. Set replicas to 1, or database to postgres." (int .Values.replicas)) }}
{{- end }}
{{- if .Values.autoscaling.enabled }}
{{- fail "autoscaling.enabled is true, but SQLite has one server. Set it to false, or database to postgres." }}
{{- end }}
{{- end }}
{{- if and .Values.metrics.serviceMonitor.enabled (not .Values.metrics.enabled) }}
{{- fail "metrics.serviceMonitor.enabled is true, but metrics.enabled is false. Set both." }}
{{- end }}
{{- if and .Values.httpRoute.enabled (not .Values.httpRoute.parentRefs) }}
{{- fail "httpRoute.enabled is true, but httpRoute.parentRefs is empty. Name the Gateway." }}
{{- end }}
{{- end }}
